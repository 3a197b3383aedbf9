// Goal:   a flush that hands the memtable to the kernel as blocks writes the same table as one that
//         walks over it with a cursor, to the byte.
// Method: random memtables, with entries of all sizes up to those that no block takes; a copy of
//         the bytewise comparator, which the kernel does not know, makes it the cursor.
import { bytewiseComparator, type Comparator, KIND_DELETION, KIND_VALUE } from '@jump/base';
import { leveldbBloomPolicy } from '@jump/bloom';
import type { WrittenTables } from '@jump/compaction';
import { tableName } from '@jump/manifest';
import { MergeKernel } from '@jump/sstable';
import { type Random, seeded } from '@jump/testkit';
import { memoryVfs, readFile } from '@jump/vfs';
import { afterEach, expect, test, vi } from 'vitest';
import { runJob } from '../background/jobs.ts';
import { type FlushSource, Memtable, memtableOf } from './memtable.ts';

const byCursor: Comparator = { ...bytewiseComparator };
const merged = vi.spyOn(MergeKernel.prototype, 'merge');
afterEach(() => merged.mockClear());

/** Writes a memtable as a table; returns what came out, and the file. */
function flush(
  memtable: FlushSource,
  comparator: Comparator,
  snapshots: readonly number[] = [],
): { result: WrittenTables; file: Uint8Array } {
  const vfs = memoryVfs();
  vfs.makeDirectory('/db');
  const steps = runJob(
    {
      type: 'flush',
      directory: '/db',
      number: 7,
      memtable: undefined,
      snapshots,
      table: { blockSize: 4096, tableSize: 1 << 21, compression: 'snappy' },
    },
    { vfs, comparator, filter: leveldbBloomPolicy(), memtable, cancelled: () => false },
  );
  for (;;) {
    const step = steps.next();
    if (step.done) {
      return { result: step.value, file: readFile(vfs, `/db/${tableName(7)}`, 2 ** 30)! };
    }
  }
}

function draw(random: Random, shared: boolean, lengths: readonly number[]): Memtable {
  const memtable = new Memtable({ comparator: bytewiseComparator, shared, size: 1 << 16 });
  const count = random.integer(1, 600);
  for (let sequence = 1; sequence <= count; sequence++) {
    // What somebody may read stays beside what replaces it.
    if (random.chance(0.1)) memtable.protect(random.pick([-1, sequence - 1]));
    const text = `${random.integer(0, 300)}`.padStart(random.integer(0, 9));
    const key = new TextEncoder().encode(text);
    if (random.chance(0.2)) memtable.add(sequence, KIND_DELETION, key, 0, key.length, 0, 0);
    else add(memtable, sequence, key, random.bytes(random.integer(0, random.pick(lengths))));
  }
  return memtable;
}

function add(memtable: Memtable, sequence: number, key: Uint8Array, value: Uint8Array): void {
  const bytes = new Uint8Array(key.length + value.length);
  bytes.set(key);
  bytes.set(value, key.length);
  memtable.add(sequence, KIND_VALUE, bytes, 0, key.length, key.length, bytes.length);
}

const SIZES: readonly (readonly [string, readonly number[]])[] = [
  ['short values', [1, 10, 200]],
  ['values up to those that the kernel takes', [0, 500, 60_000]],
  ['values that it does not take', [100, 400, 70_000]],
  ['values that no block takes', [100, 5000, 300_000]],
];

for (const [name, lengths] of SIZES) {
  test(
    `both ways write the same table: ${name}`,
    seeded((random) => {
      for (let i = 0; i < 15; i++) {
        const shared = random.chance(0.5);
        const memtable = draw(random, shared, lengths);
        const given = shared ? memtableOf(memtable.parts()) : memtable;
        const blocks = flush(given, bytewiseComparator);
        const calls = merged.mock.calls.length;
        const cursor = flush(given, byCursor);
        expect(merged).toHaveBeenCalledTimes(calls);
        expect(blocks.result).toEqual(cursor.result);
        expect(Buffer.compare(blocks.file, cursor.file)).toBe(0);
      }
      expect(merged).toHaveBeenCalled();
    }),
  );
}

test('with a snapshot, the cursor keeps what it needs', () => {
  const memtable = new Memtable({ comparator: bytewiseComparator, shared: false, size: 4096 });
  memtable.protect(10);
  const key = new TextEncoder().encode('k');
  add(memtable, 3, key, new Uint8Array([1]));
  add(memtable, 12, key, new Uint8Array([2]));
  expect(flush(memtable, bytewiseComparator, [10]).result.entriesWritten).toBe(2);
  expect(merged).not.toHaveBeenCalled();
  expect(flush(memtable, bytewiseComparator).result.entriesWritten).toBe(1);
  expect(merged).toHaveBeenCalled();
});

test.for([70_000, 131_062, 131_063, 300_000])(
  'an older version of %i bytes goes, though another reads it than its newest one',
  (length) => {
    const memtable = new Memtable({ comparator: bytewiseComparator, shared: false, size: 4096 });
    const key = new TextEncoder().encode('k');
    memtable.protect(5);
    add(memtable, 3, key, new Uint8Array(length));
    add(memtable, 7, key, new Uint8Array([2]));
    expect(memtable.entries).toBe(2);
    expect(flush(memtable, bytewiseComparator).result.entriesWritten).toBe(1);
    expect(flush(memtable, byCursor).result.entriesWritten).toBe(1);
  },
);
