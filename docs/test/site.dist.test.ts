// Goal:   the built site is shown as it should be, on a desk and on a phone: each page has its
//         heading and its pictures, says no error, and cannot be scrolled sideways as a whole.
// Method: Debian's Chromium opens the pages; then some that were broken on purpose.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, lookAt, pagesOf } from './site.ts';

const SITE = join(import.meta.dirname, '../.vitepress/dist');

if (!hasChromium) console.warn('skipped: no Chromium, in which these tests look at the site');

/** All pages but those of single names of the API; of these the largest of each kind. */
function chosen(): string[] {
  const largest = new Map<string, { page: string; size: number }>();
  for (const page of pagesOf(SITE)) {
    const [, kind = page] = /^\/api\/@jump\/[^/]+\/([^/]+)\/./.exec(page) ?? [];
    const { length } = readFileSync(join(SITE, `${page.replace(/\/$/, '/index')}.html`));
    if (length > (largest.get(kind)?.size ?? 0)) largest.set(kind, { page, size: length });
  }
  return Array.from(largest.values(), ({ page }) => page);
}

describe.runIf(hasChromium)('the site in a browser', () => {
  beforeAll(() => {
    if (!existsSync(join(SITE, 'index.html')))
      throw new Error('build the site first: npm run docs');
  });

  test('every page is whole, at 1280 and at 360 px', { timeout: 120_000 }, async () => {
    const pages = chosen();
    expect(pages).toEqual(
      expect.arrayContaining(['/', '/404', '/guide/', '/guide/tour/log', '/api/']),
    );
    const found = await lookAt(SITE, pages);
    expect(found).toEqual([]);
  });
});

describe.runIf(hasChromium)('a page that is broken', () => {
  const broken = hasChromium ? mkdtempSync(join(tmpdir(), 'jumpdb-broken-')) : '';
  afterAll(() => rmSync(broken, { recursive: true, force: true }));

  test('is noticed', { timeout: 120_000 }, async () => {
    cpSync(SITE, broken, { recursive: true, filter: (name) => !name.includes('@jump') });
    const page = readFileSync(join(SITE, 'guide/durability.html'), 'utf8');
    const breaks = {
      wide: page.replace('</body>', '<div style="width: 2000px">far</div></body>'),
      image: page.replace('</body>', '<img src="/nowhere.svg"></body>'),
      error: page.replace('</head>', '<script>undefined.field</script></head>'),
      console: page.replace('</head>', '<script>console.error("told")</script></head>'),
      heading: page.replace('</head>', '<style>h1 { display: none }</style></head>'),
      script: page.replace(/(type="module" src="\/assets\/app)/, '$1-gone'),
    };
    for (const [name, text] of Object.entries(breaks)) {
      writeFileSync(join(broken, `guide/broken-${name}.html`), text);
    }
    const found = await lookAt(
      broken,
      Object.keys(breaks).map((name) => `/guide/broken-${name}`),
    );
    expect(found).toEqual(
      expect.arrayContaining([
        '/guide/broken-wide: 2000 px in a window of 1280 px: <div> far',
        '/guide/broken-wide: 2000 px in a window of 360 px: <div> far',
        expect.stringMatching(/^\/guide\/broken-image: the image .*nowhere.svg is not shown$/),
        expect.stringMatching(/^\/guide\/broken-error: Uncaught TypeError/),
        '/guide/broken-console: told',
        '/guide/broken-heading: has no heading',
        expect.stringMatching(/^\/guide\/broken-script: cannot load .*app-gone/),
      ]),
    );
  });
});
