// Goal:   the documents say what was measured.
// Method: measurements made up so that every figure in the output can be worked out by hand; then
//         the published ones, from which the documents of this repository were made.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fillIn } from '../src/report/markdown.mjs';
import { renderReport } from '../src/report/render.mjs';
import { Summary } from '../src/report/summary.mjs';
import { type Measurement, readResults } from '../src/results.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const shape = { entries: 1_000_000, valueSize: 100, cacheMib: 64, compression: true };

function measurement(row: string, engine: string, us: number, settledUs = us): Measurement {
  return {
    ...shape,
    row,
    engine,
    us,
    settledUs,
    operations: 1000,
    sum: undefined,
    rssMib: 50 + us,
    diskBytes: 3 * 2 ** 20,
    userBytes: 1000,
    writtenBytes: 4500,
    facts: {},
    version: '1.2.3',
    at: '2030-01-02T03:04:05.000Z',
    commit: 'abc',
    node: 'v20',
    machine: 'a machine',
  };
}

const some = [
  measurement('fillseq', 'jumpdb', 1, 2),
  measurement('fillseq', 'jumpdb', 1.5, 4),
  measurement('fillseq', 'jumpdb', 1.25, 3),
  measurement('fillseq', 'lmdb', 1, 1.5),
  measurement('fillseq', 'classic-level', 9),
  measurement('fillseq', 'leveldb', 6),
  measurement('readseq', 'jumpdb', 0.5),
  measurement('readseq', 'lmdb', 0.25),
];
const latency = { p50: 2, p99: 30, p999: 4000, p9999: 5000, max: 9000, perSecond: 250_000 };

test('a write counts with its background work, as the median of the rounds', () => {
  const summary = new Summary(some);
  expect(summary.find(shape, 'fillseq', 'jumpdb')).toMatchObject({
    time: 3,
    us: { median: 1.25, least: 1, most: 1.5 },
    settled: { median: 3, least: 2, most: 4 },
    rssMib: 51.5,
    written: 4.5,
    rounds: 3,
  });
  expect(summary.ratio(shape, 'fillseq', 'classic-level')).toBe(3);
  expect(summary.best(shape, 'fillseq', ['classic-level', 'lmdb'])).toEqual({
    peer: 'lmdb',
    ratio: 0.5,
  });
  expect(summary.ratio(shape, 'readrandom', 'lmdb')).toBeUndefined();
});

test('tables and charts have the figures', () => {
  const series = Array.from({ length: 100 }, () => [2, 30, 4000, 9000]);
  const stall = { ...measurement('latency', 'jumpdb', 4000), facts: { ...latency, series } };
  const names = ['ratios', 'stalls', 'machine', 'readme', 'figures', 'memory', 'amplification'];
  const text = names.map((name) => `<!-- made: ${name} -->\nold\n<!-- end -->\nkept`).join('\n');
  const files = renderReport([...some, stall], [{ file: 'page.md', text }]);
  const [page, ...pictures] = files.map((one) => one.text);
  expect(page).not.toContain('old');
  expect(page!.match(/kept/g)).toHaveLength(names.length);
  expect(page).toContain('| fillseq | 3.00 µs | 3.00 | **0.50** | 2.00 |');
  expect(page).toContain('| jumpdb | 250k | 2.00 µs | 30.0 µs | 4.00 ms | 5.00 ms | 9.00 ms |');
  expect(page).toContain('Measured 2030-01-02 on a machine; Node v20;');
  expect(page).toContain('| scan | **0.50** (lmdb) |  |');
  expect(page).toContain(
    '1.25 µs (1.00 µs–1.50 µs) | 3.00 µs (2.00 µs–4.00 µs) | 52 | 3.00 | 4.50',
  );
  expect(pictures).toHaveLength(4);
  for (const picture of pictures) {
    expect(picture).toMatch(/^<svg [^>]*role="img" aria-label="[^"]+">[\s\S]*<\/svg>\n$/);
    expect(picture).not.toMatch(/NaN|undefined|Infinity/);
  }
  expect(pictures[0]).toContain('>0.50 lmdb<');
});

test("abstract-level's calls stand beside classic-level's, and JumpDB's own", () => {
  const of = (engine: string, us: number): Measurement => measurement('level-get', engine, us);
  const [{ text } = { text: '' }] = renderReport(
    [of('jumpdb-level', 2), of('classic-level', 30), of('jumpdb', 0.5)],
    [{ file: 'page.md', text: '<!-- made: level -->\n<!-- end -->' }],
  );
  expect(text).toContain('| 2.00 µs | 15.0 | 0.50 µs |');
});

test('what was never measured leaves empty tables, not wrong ones', () => {
  const [{ text } = { text: '' }] = renderReport(
    [measurement('fillseq', 'jumpdb', 1)],
    [{ file: 'page.md', text: '<!-- made: stalls -->\n<!-- end -->' }],
  );
  expect(text).toContain('| engine | a second |');
  expect(text).not.toMatch(/NaN|undefined/);
});

test('a document that asks for an unknown part is an error', () => {
  expect(() => fillIn('<!-- made: weather -->\n<!-- end -->', {})).toThrow('weather');
});

test('the documents are those of the published results', () => {
  const published = readResults(join(ROOT, 'bench/results'));
  expect(published.length).toBeGreaterThan(0);
  const files = ['docs/guide/measured.md', 'docs/guide/figures.md', 'README.md'];
  const documents = files.map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
  for (const { file, text } of renderReport(published, documents)) {
    // The predictions of simulate() follow the strategy, and so may be newer than the page.
    const known = readFileSync(join(ROOT, file), 'utf8');
    const measuredOnly = (page: string): string =>
      page.replace(/<!-- made: amplification -->[\s\S]*?<!-- end -->/, '');
    expect(measuredOnly(text), `${file}: npm run bench:report`).toBe(measuredOnly(known));
  }
});
