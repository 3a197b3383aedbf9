// Goal:   a table without some of its blocks is a table, with all entries but those of the blocks.
// Method: tables with several versions of their keys, cut at random; what is left is compared entry
//         by entry, verified, and asked for every key.
import { encodeInternalKey, MAX_SEQUENCE } from '@jump/base';
import { type Entry, FaultVfs, Random } from '@jump/testkit';
import { memoryVfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { plainBloomPolicy, writeTable } from '../test/tables.ts';
import {
  findCut,
  Lookup,
  TableReader,
  type TableWriterOptions,
  type UserKeyRange,
  writeCut,
} from './index.ts';

const KEYS = 400;
const user = (i: number): Uint8Array =>
  new TextEncoder().encode(`key${String(i).padStart(4, '0')}`);

/** Some keys with a few versions; none, or the oldest, of them deletions. */
function entriesOf(random: Random, deletions: boolean): Entry[] {
  return Array.from({ length: KEYS }, (_, i) =>
    Array.from({ length: random.integer(1, 3) }, (_, version) => ({
      key: encodeInternalKey(user(i), 3 * i + 3 - version, deletions ? 0 : 1),
      value: new TextEncoder().encode(deletions ? '' : `value ${i} ${version}`),
    })),
  ).flat();
}

const OPTIONS: TableWriterOptions = { keys: 'internal', blockSize: 128 };
const RANGE = {
  lower: user(100),
  lowerExclusive: false,
  upper: user(300),
  upperExclusive: true,
};

function cutAt(
  entries: readonly Entry[],
  options: TableWriterOptions,
  range: UserKeyRange = RANGE,
) {
  const filters = options.filter === undefined ? [] : [options.filter];
  const target = writeTable(entries, options);
  const table = TableReader.open(target, { keys: options.keys ?? 'raw', filters });
  const { smallest, largest } = { smallest: entries[0]!.key, largest: entries.at(-1)!.key };
  const cut = findCut(table.parts(), range, smallest, largest);
  return { table, cut, filters, smallest, largest };
}

function read(table: TableReader): Entry[] {
  const found: Entry[] = [];
  const cursor = table.cursor();
  for (cursor.first(); cursor.valid; cursor.next()) {
    const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd } = cursor;
    found.push({
      key: keyBytes.slice(keyStart, keyEnd),
      value: valueBytes.slice(valueStart, valueEnd),
    });
  }
  cursor.close();
  return found;
}

/** Cuts a random range out of a random table, and compares; returns whether there was a cut. */
function cutAndCompare(random: Random, options: TableWriterOptions): boolean {
  const entries = entriesOf(random, false);
  const from = random.integer(-1, KEYS);
  const to = random.integer(from, KEYS + 1);
  const [lowerExclusive, upperExclusive] = [random.chance(0.5), random.chance(0.5)];
  const lower = from < 0 ? undefined : user(from);
  const upper = to > KEYS ? undefined : user(to);
  const range = { lower, lowerExclusive, upper, upperExclusive };
  const { table, cut, filters, ...ends } = cutAt(entries, options, range);
  if (cut === undefined) return false;
  const target = { vfs: memoryVfs(), path: 'cut.ldb' };
  const written = writeCut(table.parts(), cut, target);
  const { fileSize, smallest = ends.smallest, largest = ends.largest } = written;
  const left = TableReader.open(target, { keys: 'internal', filters });
  left.verify();
  expect(left.fileSize).toBe(fileSize);
  expect(left.record).toBeUndefined();
  expect(left.canSpan(smallest, largest)).toBe(true);
  const found = read(left);
  const kept = new Set(found.map(({ key }) => key.join()));
  expect(found).toEqual(entries.filter(({ key }) => kept.has(key.join())));
  expect(found[0]?.key).toEqual(smallest);
  expect(found.at(-1)?.key).toEqual(largest);
  const lookup = new Lookup();
  const missing: number[] = [];
  for (let i = 0; i < KEYS; i++) {
    const inside = i >= from + Number(lowerExclusive) && i <= to - Number(upperExclusive);
    lookup.set(user(i), 0, user(i).length, MAX_SEQUENCE);
    if (!inside && !left.find(lookup)) missing.push(i);
  }
  expect(missing).toEqual([]);
  const gone = entries.length - found.length;
  expect(gone).toBeGreaterThan(cut.entries / 3);
  expect(gone).toBeLessThan(cut.entries * 3);
  left.close();
  table.close();
  return true;
}

test.each<[string, TableWriterOptions]>([
  ['compressed', OPTIONS],
  ['plain', { ...OPTIONS, compression: 'none' }],
  ['with a filter', { ...OPTIONS, filter: plainBloomPolicy(10, 'table') }],
])('random ranges, %s', { timeout: 60_000 }, (_name, options) => {
  let cuts = 0;
  for (let seed = 1; seed <= 25; seed++) {
    try {
      if (cutAndCompare(new Random(seed), options)) cuts++;
    } catch (error) {
      if (error instanceof Error) error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
  }
  expect(cuts).toBeGreaterThan(12);
});

test('a filter that goes by the places of blocks, raw keys, deletions: no cut', () => {
  const random = new Random(1);
  const filter = plainBloomPolicy(10);
  const raw = Array.from({ length: KEYS }, (_, i) => ({ key: user(i), value: user(i) }));
  expect(cutAt(entriesOf(random, false), { ...OPTIONS, filter }).cut).toBeUndefined();
  expect(cutAt(raw, { blockSize: 128 }).cut).toBeUndefined();
  expect(cutAt(entriesOf(random, true), OPTIONS).cut).toBeUndefined();
});

test('nothing is left of a file that could not be written', () => {
  const { table, cut } = cutAt(entriesOf(new Random(1), false), OPTIONS);
  for (const kind of ['write', 'sync'] as const) {
    const vfs = new FaultVfs(memoryVfs());
    vfs.makeDirectory('db');
    vfs.setFault({ at: 0, kinds: [kind] });
    expect(() => writeCut(table.parts(), cut!, { vfs, path: 'db/cut.ldb' })).toThrow('EIO');
    expect(vfs.list('db')).toEqual([]);
  }
});
