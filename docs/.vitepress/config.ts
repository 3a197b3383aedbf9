import { posix } from 'node:path';
import { defineConfig } from 'vitepress';
import api from '../api/typedoc-sidebar.json' with { type: 'json' };
import { guide } from './sidebar.ts';

/** The API, the package that most people come for in front. */
const isStore = ({ text }: { text: string }): boolean => text === '@jump/db';
const storeFirst = [...api.filter(isStore), ...api.filter((one) => !isStore(one))];

const repository = 'https://github.com/jumpdb/jumpdb/blob/main';

/**
 * Where a link of a page leads: as it is, or, where it leaves the site for another document of the
 * repository, there. typedoc copies such documents of a package's README to `_media`, without those
 * that they link to in turn.
 */
function repositoryLink(page: string, link: string): string {
  const [, name] = /_media\/(README|FORMAT)[-\d]*\.md$/.exec(link) ?? [];
  if (name === undefined) {
    const path = posix.join('docs', posix.dirname(page), link);
    const outside = /^\.\.?\//.test(link) && !path.startsWith('docs/');
    return outside ? `${repository}/${path}` : link;
  }
  const folder = name === 'README' ? '' : `/packages/${/@jump\/(\w+)\//.exec(page)?.[1]}`;
  return `${repository}${folder}/${name}.md`;
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
  },
});
