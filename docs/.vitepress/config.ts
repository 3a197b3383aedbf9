import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import api from '../api/typedoc-sidebar.json' with { type: 'json' };
import { guide } from './sidebar.ts';

/** The API, the package that most people come for in front. */
const isStore = ({ text }: { text: string }): boolean => text === '@jump/db';
const storeFirst = [...api.filter(isStore), ...api.filter((one) => !isStore(one))];

const repository = 'https://github.com/jumpdb/jumpdb/blob/main';

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = readdirSync(`${root}/packages`).map((folder) => `packages/${folder}`);

/** Documents that a package's README may lead to, by their first lines. */
const documents = new Map(
  ['.', ...packages, 'docs', 'docs/guide']
    .flatMap((folder) => readdirSync(`${root}/${folder}`).map((name) => posix.join(folder, name)))
    .filter((file) => file.endsWith('.md'))
    .map((file) => [firstLine(`${root}/${file}`), file]),
);

function firstLine(file: string): string {
  return readFileSync(file, 'utf8').split('\n', 1)[0] ?? '';
}

/**
 * Where a link of a page leads: as it is, or to a page of the site, or, where it leaves the site
 * for another document of the repository, there. typedoc copies documents that the README of a
 * package links to into `_media`, without those that they link to in turn.
 */
function repositoryLink(page: string, link: string): string {
  const [path = '', heading] = link.split('#');
  if (!/^\.\.?\//.test(path)) return link;
  const at = posix.join('docs', posix.dirname(page), path);
  const copied = at.startsWith('docs/api/_media/') && at.endsWith('.md');
  const file = copied ? (documents.get(firstLine(`${root}/${at}`)) ?? at) : at;
  const behind = heading === undefined ? '' : `#${heading}`;
  if (!file.startsWith('docs/')) return `${repository}/${file}${behind}`;
  return file === at ? link : `${file.slice('docs'.length)}${behind}`;
}

/** How bytes are coloured: as they are, and comments as comments. */
const hex = {
  name: 'hex',
  scopeName: 'source.hex',
  patterns: [{ match: '#.*$', name: 'comment.line.number-sign' }],
  repository: {},
};

export default defineConfig({
  title: 'JumpDB',
  description: "An embedded, ordered key-value store in pure TypeScript that keeps LevelDB's files",
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: '/levels.svg', type: 'image/svg+xml' }]],
  srcExclude: ['examples/**', 'api/_media/**'],
  markdown: {
    languages: [hex],
    config(md) {
      md.core.ruler.push('repository-links', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const link = token.type === 'link_open' ? token.attrGet('href') : null;
          if (link !== null) token.attrSet('href', repositoryLink(env.relativePath ?? '', link));
          // Charts that were made for a wide page: a phone scrolls them, see theme/wide.css.
          if (token.type === 'image' && /\bmeasured\//.test(token.attrGet('src') ?? '')) {
            token.attrSet('class', 'wide');
          }
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
    sidebar: { '/guide/': guide, '/reliability': guide, '/api/': storeFirst },
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: 'https://github.com/jumpdb/jumpdb' }],
  },
});
