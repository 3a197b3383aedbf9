// Goal:   the page of `jump stats --html` shows in a browser what the store is: every bar as long as
//         its value, in light and dark colours, from a phone to a wide screen.
// Method: Debian's Chromium takes pictures; their pixels are compared with the numbers that `--json`
//         gives.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Browser, hasChromium, type Picture } from './chromium.ts';
import { jump, temporary } from './jump.ts';
import { levelsStore } from './samples.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

if (!hasChromium) console.log('the page in a browser: skipped, there is no Chromium');

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A bar as the page has it, and the space that it could take. */
interface Bar {
  readonly colour: string;
  readonly track: string;
  readonly place: Place;
  readonly space: Place;
}

const barsOf = (selector: string): string => `(() => {
  const place = (one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return { x: x + scrollX, y: y + scrollY, width, height };
  };
  const colour = (one) => getComputedStyle(one).backgroundColor;
  return [...document.querySelectorAll('${selector}')].map((bar) => {
    const track = bar.parentElement;
    return { colour: colour(bar), track: colour(track), place: place(bar), space: place(track) };
  });
})()`;

/** The relative luminance of a colour (WCAG 2). */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [...colour.matchAll(/\d+/g)].map(([digits]) => {
    const share = Number(digits) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

/** Where in its space a bar's colour begins and ends, as the picture has it. */
function drawn(picture: Picture, { colour, place, space }: Bar): [number, number] {
  const y = place.y + place.height / 2;
  const columns: number[] = [];
  for (let x = Math.ceil(place.x); x < Math.floor(place.x + place.width); x++) {
    if (picture.at(x, y) === colour) columns.push(x);
  }
  return [columns[0]! - space.x, columns.at(-1)! + 1 - space.x];
}

describe.runIf(hasChromium)('in a browser', () => {
  const place = temporary();
  const store = join(place, 'store');
  const page = join(place, 'page.html');
  let browser: Browser;
  let facts: {
    levels: { tables: number }[];
    survey: {
      levels: { entries: number; tombstones: number }[];
      values: { buckets: { count: number }[] };
    };
    tree: { tables: { from: number; to: number }[] }[];
  };

  beforeAll(async () => {
    await levelsStore(store);
    facts = JSON.parse((await jump(['stats', store, '--deep', '--json'])).stdout);
    expect((await jump(['stats', store, '--html', page])).code).toBe(0);
    browser = new Browser();
  });
  afterAll(() => browser.close());

  test.each([
    [360, 'light'],
    [360, 'dark'],
    [800, 'light'],
    [1400, 'dark'],
  ] as const)(
    '%i columns, %s: nothing sticks out, text can be read, bars are as long as they should',
    async (width, scheme) => {
      await browser.show(page, width, scheme);
      expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await browser.evaluate("performance.getEntriesByType('resource').length")).toBe(0);
      const [ink, soft, paper, card] = (await browser.evaluate(`(() => {
      const style = (selector) => getComputedStyle(document.querySelector(selector));
      return [style('body').color, style('section p').color, style('body').backgroundColor,
        style('section').backgroundColor];
    })()`)) as [string, string, string, string];
      expect(luminance(paper) < 0.5).toBe(scheme === 'dark');
      for (const text of [ink, soft]) {
        for (const ground of [paper, card]) expect(contrast(text, ground)).toBeGreaterThan(4.5);
      }
      const picture = await browser.picture();
      expect(picture.width).toBe(width);

      const tables = (await browser.evaluate(barsOf('.row i'))) as Bar[];
      const wanted = facts.tree.flatMap(({ tables }) => tables);
      expect(tables.length).toBe(wanted.length);
      for (const [i, bar] of tables.entries()) {
        const [from, to] = drawn(picture, bar);
        const { width } = bar.space;
        // A column at each end is a mixture, and the row's corners are round.
        expect(Math.abs(from - wanted[i]!.from * width)).toBeLessThan(4);
        expect(Math.abs(to - wanted[i]!.to * width)).toBeLessThan(4);
        expect(contrast(bar.colour, bar.track)).toBeGreaterThan(1.3);
      }

      const gone = (await browser.evaluate(barsOf('.bar i.gone'))) as Bar[];
      const shares = facts.survey.levels
        .filter((_, level) => facts.levels[level]!.tables > 0)
        .map(({ entries, tombstones }) => tombstones / entries);
      for (const [i, share] of shares.entries()) {
        const bar = gone[i]!;
        if (share === 0) expect(bar.place.width).toBe(0);
        else {
          const [, to] = drawn(picture, bar);
          expect(Math.abs(to - share * bar.space.width)).toBeLessThan(3);
          // Behind it there is the track.
          const x = bar.space.x + to + 6;
          expect(picture.at(x, bar.place.y + bar.place.height / 2)).toBe(bar.track);
        }
      }
    },
  );

  test('the longest bar of a distribution is full, the others as their counts', async () => {
    await browser.show(page, 1000, 'light');
    const picture = await browser.picture();
    const all = (await browser.evaluate(barsOf('.pair section:nth-child(2) .bar i'))) as Bar[];
    const counts = facts.survey.values.buckets.map(({ count }) => count);
    const most = Math.max(...counts);
    for (const [i, count] of counts.entries()) {
      const bar = all[i]!;
      if (count === 0) expect(bar.place.width).toBe(0);
      else {
        const [, to] = drawn(picture, bar);
        expect(Math.abs(to - Math.max(2, (count / most) * bar.space.width))).toBeLessThan(4);
      }
    }
  });
});
