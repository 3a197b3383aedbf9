// Goal:   of a damaged table everything comes back but the blocks that are damaged, nothing that
//         was never in it, and what is said of the lost keys is true.
// Method: tables of several kinds; each byte changed, each length, index and footer destroyed,
//         garbage in between; compared with what was written, block by block.
import { encodeInternalKey, JumpError, KIND_DELETION, KIND_VALUE, readSequence } from '@jump/base';
import { chosenSeed, Random, seeded } from '@jump/testkit';
import { memoryVfs, type Vfs } from '@jump/vfs';
import { describe, expect, test } from 'vitest';
import { plainBloomPolicy } from '../../test/tables.ts';
import { TableReader, TableWriter, type TableWriterOptions } from '../index.ts';
import {
  type SalvagedTable,
  salvagedCursor,
  salvageFilter,
  salvageTable,
} from './salvage-table.ts';

const PATH = '000005.ldb';
const FILTERS = [plainBloomPolicy(10), plainBloomPolicy(10, 'table')];

interface Made {
  readonly bytes: Uint8Array;
  /** Every entry as text, in order. */
  readonly entries: readonly string[];
  /** Where each data block lies, and which entries it holds. */
  readonly blocks: readonly { start: number; end: number; first: number; last: number }[];
}

function make(random: Random, count: number, options: TableWriterOptions): Made {
  const vfs = memoryVfs();
  const writer = new TableWriter({ vfs, path: PATH }, { keys: 'internal', ...options });
  const entries: string[] = [];
  let sequence = 5000;
  for (let i = 0; i < count; i++) {
    const key = new TextEncoder().encode(`key ${String(i).padStart(4, '0')}`);
    for (let versions = random.pick([1, 1, 1, 3]); versions > 0; versions--) {
      const kind = random.chance(0.2) ? KIND_DELETION : KIND_VALUE;
      const value = kind === KIND_DELETION ? new Uint8Array(0) : random.bytes(random.skewed(200));
      const internal = encodeInternalKey(key, --sequence, kind);
      writer.add(internal, value);
      entries.push(show(internal, value));
    }
  }
  writer.finish();
  const bytes = bytesOf(vfs);
  return { bytes, entries, blocks: blocksOf(bytes, entries) };
}

const show = (key: Uint8Array, value: Uint8Array): string =>
  `${Buffer.from(key).toString('latin1')} ${Buffer.from(value).toString('hex')}`;

function bytesOf(vfs: Vfs): Uint8Array {
  const file = vfs.open(PATH, 'read');
  const bytes = new Uint8Array(file.size());
  file.read(bytes, 0, bytes.length, 0);
  file.close();
  return bytes;
}

function diskOf(bytes: Uint8Array): { vfs: Vfs; path: string } {
  const vfs = memoryVfs();
  const file = vfs.open(PATH, 'create');
  file.write(bytes, 0, bytes.length);
  file.close();
  return { vfs, path: PATH };
}

/** Finds the blocks through the offsets that the index knows. */
function blocksOf(bytes: Uint8Array, entries: readonly string[]): Made['blocks'] {
  const table = TableReader.fromBytes(bytes, { keys: 'internal' });
  const starts = new Map<number, number>();
  const cursor = table.cursor();
  let i = 0;
  for (let more = cursor.first(); more; more = cursor.next()) {
    const at = table.approximateOffset(cursor.keyBytes, cursor.keyStart, cursor.keyEnd);
    if (!starts.has(at)) starts.set(at, i);
    i++;
  }
  const end = table.approximateOffset(new Uint8Array(40).fill(255), 0, 40);
  table.close();
  const places = [...starts];
  return places.map(([start, first], n) => ({
    start,
    first,
    end: places[n + 1]?.[0] ?? end,
    last: (places[n + 1]?.[1] ?? entries.length) - 1,
  }));
}

function salvage(target: { vfs: Vfs; path: string }): { found: SalvagedTable; read: string[] } {
  const steps = salvageTable(target);
  let step = steps.next();
  for (; step.done !== true; step = steps.next());
  const found = step.value;
  const cursor =
    found.places === undefined
      ? TableReader.open(target, { keys: 'internal' }).cursor()
      : salvagedCursor(target, found.places);
  const read: string[] = [];
  let highest = 0;
  for (let more = cursor.first(); more; more = cursor.next()) {
    const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd } = cursor;
    read.push(show(keyBytes.slice(keyStart, keyEnd), valueBytes.slice(valueStart, valueEnd)));
    highest = Math.max(highest, readSequence(keyBytes, keyEnd));
  }
  cursor.close();
  expect(found.entries).toBe(read.length);
  expect(found.largestSequence).toBe(highest);
  return { found, read };
}

const keyOf = (entry: string): string => entry.slice(0, entry.lastIndexOf(' '));
const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const userKey = (internal: string): string => internal.slice(0, -8);

/** Checks that everything is read but the blocks that were touched. */
function check(made: Made, bytes: Uint8Array, touched: (start: number, end: number) => boolean) {
  const { found, read } = salvage(diskOf(bytes));
  const hit = made.blocks.filter(({ start, end }) => touched(start, end));
  const expected = made.entries.filter(
    (_, i) => !hit.some(({ first, last }) => i >= first && i <= last),
  );
  expect(read).toEqual(expected);
  if (hit.length > 0) expect(found.damage.length).toBeGreaterThan(0);
  const wrong: string[] = [];
  for (const { start, first, last } of hit) {
    // What was cut off is part of the last damage.
    const damage =
      found.damage.find(({ offset, bytes: length }) => start < offset + length) ??
      found.damage.at(-1);
    const [after, upTo] = [damage?.after, damage?.upTo].map((key) => key && userKey(latin(key)));
    for (const entry of made.entries.slice(first, last + 1)) {
      const key = userKey(keyOf(entry));
      const outside = (after !== undefined && key < after) || (upTo !== undefined && key > upTo);
      if (damage === undefined || outside) wrong.push(entry);
    }
  }
  expect(wrong).toEqual([]);
  return found;
}

const KINDS: readonly [string, TableWriterOptions][] = [
  ['plain', { compression: 'none', blockSize: 300 }],
  ['with Snappy', { compression: 'snappy', blockSize: 300 }],
  ['with a filter a block', { compression: 'snappy', blockSize: 700, filter: FILTERS[0]! }],
  ['with a filter', { compression: 'none', blockSize: 200, filter: FILTERS[1]! }],
  ['of one block', { compression: 'none', blockSize: 100_000 }],
  ['of one block with Snappy', { compression: 'snappy', blockSize: 100_000 }],
];

describe.each(KINDS)('a table %s', (name, options) => {
  const made = make(new Random(chosenSeed()), name.startsWith('of one') ? 12 : 60, options);
  const dataEnd = made.blocks.at(-1)!.end;

  test('that is whole is read whole', () => {
    const { found, read } = salvage(diskOf(made.bytes));
    expect(read).toEqual(made.entries);
    expect(found).toMatchObject({ damage: [], problem: undefined, places: undefined });
    expect(found.record?.entries).toBe(read.length);
  });

  test('loses the block of a changed byte, and nothing for one that is no data', {
    timeout: 1e6,
  }, () => {
    for (let at = 0; at < made.bytes.length; at += at < dataEnd - 9 ? 9 : 1) {
      const bytes = made.bytes.slice();
      bytes[at]! ^= at % 3 === 0 ? 0xff : 1 << (at % 8);
      const found = check(made, bytes, (start, end) => at >= start && at < end);
      const padding = at >= bytes.length - 48 && found.problem === undefined;
      // Between the footer's handles and its magic lie bytes that mean nothing.
      if (at >= dataEnd && !padding) expect(found.problem, `byte ${at}`).toBeDefined();
      if (at < dataEnd) expect(found.problem, `byte ${at}`).toBeUndefined();
    }
  });

  test('that is cut keeps the blocks in front of the cut', { timeout: 1e6 }, () => {
    for (let size = 0; size < made.bytes.length; size += made.bytes.length > 5000 ? 29 : 3) {
      check(made, made.bytes.slice(0, size), (_, end) => end > size);
    }
  });

  test('without index and footer keeps all blocks, with damage between all others', () => {
    for (let round = 0; round < 50; round++) {
      const random = new Random(round);
      const bytes = made.bytes.slice();
      // The index block may survive, the footer not.
      const from = random.pick([dataEnd, bytes.length - 48]);
      bytes.set(
        random.pick([random.bytes(bytes.length - from), new Uint8Array(bytes.length - from)]),
        from,
      );
      const holes: number[] = [];
      for (let hits = random.integer(0, 3); hits > 0; hits--) {
        const at = random.integer(0, dataEnd - 1);
        const length = Math.min(random.skewed(400) + 1, dataEnd - at);
        const junk = random.chance(0.5) ? random.bytes(length) : new Uint8Array(length);
        if (junk.every((byte, i) => byte === bytes[at + i])) continue;
        // A single byte of each block for sure: junk may be what was there.
        for (let i = at; i < at + length; i++) {
          if (junk[i - at] !== made.bytes[i]) holes.push(i);
        }
        bytes.set(junk, at);
      }
      const wrong = (start: number, end: number) =>
        holes.some((at) => at >= start && at < end && bytes[at] !== made.bytes[at]);
      check(made, bytes, wrong);
    }
  });

  test('garbage behind its end harms no block', () => {
    const behind = Uint8Array.from([...made.bytes, ...new Random(7).bytes(1000)]);
    check(made, behind, () => false);
  });
});

test.each(KINDS.slice(2, 4))('the filter of a table %s knows every lost key', (_, options) => {
  const made = make(new Random(3), 200, options);
  let denied = 0;
  for (const { start, first, last } of made.blocks) {
    const bytes = made.bytes.slice();
    bytes[start]! ^= 1;
    const target = diskOf(bytes);
    const mayHold = salvageFilter(target, FILTERS)!;
    const [damage] = salvage(target).found.damage;
    for (const entry of made.entries.slice(first, last + 1)) {
      const key = Buffer.from(userKey(keyOf(entry)), 'latin1');
      expect(mayHold(damage!.offset, key, 0, key.length)).toBe(true);
      const shifted = Buffer.concat([Buffer.from('xx'), key]);
      expect(mayHold(damage!.offset, shifted, 2, shifted.length)).toBe(true);
    }
    for (let i = 0; i < 50; i++) {
      const absent = Buffer.from(`absent ${i}`);
      if (!mayHold(damage!.offset, absent, 0, absent.length)) denied++;
    }
  }
  expect(denied).toBeGreaterThan(40 * made.blocks.length);
  expect(salvageFilter(diskOf(made.bytes), [])).toBeUndefined();
  expect(salvageFilter(diskOf(made.bytes.slice(0, -1)), FILTERS)).toBeUndefined();
});

describe('a table in the values of a table', () => {
  const inner = make(new Random(5), 120, { compression: 'none', blockSize: 200 });
  const vfs = memoryVfs();
  const writer = new TableWriter({ vfs, path: PATH }, { keys: 'internal', compression: 'none' });
  const keys: string[] = [];
  for (const letter of ['a', 'b', 'z']) {
    const key = encodeInternalKey(new TextEncoder().encode(letter), 1, KIND_VALUE);
    writer.add(key, letter === 'b' ? inner.bytes : new TextEncoder().encode('v'.repeat(5000)));
    keys.push(letter);
  }
  writer.finish();
  const bytes = bytesOf(vfs);
  const at = Buffer.from(bytes).indexOf(Buffer.from(inner.bytes)) + inner.bytes.length - 5;

  test('is a value, with or without the index of the outer one', () => {
    for (const cut of [0, 1, 60]) {
      const { read } = salvage(diskOf(bytes.slice(0, bytes.length - cut)));
      expect(read.map((entry) => entry[0])).toEqual(keys);
    }
  });

  test('does not come back in the place of its damaged block', () => {
    const damaged = bytes.slice();
    damaged[at]! ^= 1;
    // The index is there, in the first case by the footer, in the second by its checksum.
    for (const cut of [0, 10]) {
      const { read, found } = salvage(diskOf(damaged.slice(0, bytes.length - cut)));
      expect(read.map((entry) => entry[0])).toEqual(['a', 'z']);
      expect(found.damage).toHaveLength(1);
    }
  });
});

describe('is refused', () => {
  const unsupported = expect.objectContaining({ code: 'JUMP_UNSUPPORTED' });

  test('a table of RocksDB, of raw keys, of sequences that are no numbers', () => {
    const { bytes } = make(new Random(1), 5, {});
    const rocks = bytes.slice();
    rocks.set([0xf7, 0xcf, 0xf4, 0x85, 0xb7, 0x41, 0xe2, 0x88], rocks.length - 8);
    expect(() => salvage(diskOf(rocks))).toThrow(unsupported);
    const vfs = memoryVfs();
    const writer = new TableWriter({ vfs, path: PATH }, { keys: 'raw' });
    writer.add(new Uint8Array([1]), new Uint8Array(0));
    writer.finish();
    expect(() => salvage({ vfs, path: PATH })).toThrow(unsupported);
    const high = memoryVfs();
    const other = new TableWriter({ vfs: high, path: PATH }, { keys: 'internal' });
    other.add(Uint8Array.of(97, 1, 0, 0, 0, 0, 0, 0, 0x20), new Uint8Array(0));
    other.finish();
    expect(() => salvage({ vfs: high, path: PATH })).toThrow(unsupported);
  });

  test('a file that is not there, with JUMP_IO', () => {
    expect(() => salvage({ vfs: memoryVfs(), path: PATH })).toThrow(
      expect.objectContaining({ code: 'JUMP_IO', systemCode: 'ENOENT' }),
    );
  });
});

test('what is no table at all has nothing', () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(5000), new Random(1).bytes(5000)]) {
    const { found, read } = salvage(diskOf(bytes));
    expect(read).toEqual([]);
    expect(found.problem).toBeDefined();
    expect(found.damage.map((one) => one.bytes)).toEqual([bytes.length]);
  }
});

test(
  'a salvaged cursor seeks, and notices when the file has changed since',
  seeded((random) => {
    const made = make(random, 60, { compression: 'snappy', blockSize: 300 });
    const bytes = made.bytes.slice();
    const { start, end } = made.blocks[2]!;
    bytes[start]! ^= 1;
    const { vfs } = diskOf(bytes);
    const { found } = salvage({ vfs, path: PATH });
    const cursor = salvagedCursor({ vfs, path: PATH }, found.places!);
    const last = found.largest!;
    expect(cursor.seek(last, 0, last.length)).toBe(true);
    expect(cursor.next()).toBe(false);
    expect(cursor.last()).toBe(true);
    cursor.close();
    bytes[end]! ^= 1;
    const file = vfs.open(PATH, 'replace');
    file.write(bytes, 0, bytes.length);
    file.close();
    const again = salvagedCursor({ vfs, path: PATH }, found.places!);
    const walk = (): void => {
      for (let more = again.first(); more; more = again.next());
    };
    expect(walk).toThrow(JumpError);
    again.close();
  }),
);
