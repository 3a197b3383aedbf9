import { defineConfig } from 'vitepress';
import api from '../api/typedoc-sidebar.json' with { type: 'json' };

const guide = [
  { text: 'Getting started', link: '/guide/' },
  { text: 'Scans and snapshots', link: '/guide/iteration' },
  { text: 'What survives what', link: '/guide/durability' },
  { text: 'The durability protocol', link: '/guide/durability-protocol' },
  { text: 'What it was put through', link: '/reliability' },
  { text: 'Backups and repair', link: '/guide/backup-and-repair' },
  { text: 'Choosing a compaction strategy', link: '/guide/choosing-a-strategy' },
  { text: 'Reading a table file', link: '/guide/reading-tables' },
  { text: 'The command line', link: '/guide/command-line' },
  { text: 'A Chrome or Electron profile', link: '/guide/chromium' },
  { text: 'A Minecraft world', link: '/guide/minecraft' },
  { text: 'What was measured', link: '/guide/measured' },
  { text: 'Every figure', link: '/guide/figures' },
  { text: 'Coming from level or classic-level', link: '/guide/from-level' },
  { text: 'Coming from the Python JumpDB', link: '/guide/from-python' },
];

/** The API, the package that most people come for in front. */
const isStore = ({ text }: { text: string }): boolean => text === '@jump/db';
const storeFirst = [...api.filter(isStore), ...api.filter((one) => !isStore(one))];

const guideAlone = [{ text: 'Guide', items: guide }];

const repository = 'https://github.com/jumpdb/jumpdb/blob/main';

/**
 * Where a link leads that a package's README makes to another document of the repository. typedoc
 * copies such documents to `_media`, without those that they link to in turn.
 */
function repositoryLink(page: string, link: string): string {
  const [, name] = /_media\/(README|FORMAT)[-\d]*\.md$/.exec(link) ?? [];
  if (name === undefined) return link;
  const folder = name === 'README' ? '' : `/packages/${/@jump\/(\w+)\//.exec(page)?.[1]}`;
  return `${repository}${folder}/${name}.md`;
}

export default defineConfig({
  title: 'JumpDB',
  description: "An embedded, ordered key-value store in pure TypeScript that keeps LevelDB's files",
  cleanUrls: true,
  srcExclude: ['examples/**', 'api/_media/**'],
  markdown: {
    config(md) {
      md.core.ruler.push('repository-links', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const link = token.type === 'link_open' ? token.attrGet('href') : null;
          if (link !== null) token.attrSet('href', repositoryLink(env.relativePath ?? '', link));
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/guide/' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: { '/guide/': guideAlone, '/reliability': guideAlone, '/api/': storeFirst },
  },
});
