// Goal:   merging block by block makes the same tables as merging by cursors, to the byte.
// Method: random runs of internal keys are merged in both ways, under every option that matters; a
//         copy of the bytewise comparator, which the kernel does not know, makes it the cursors.
import {
  bytewiseComparator,
  type Comparator,
  compareBytes,
  encodeInternalKey,
  type FilterPolicy,
  KIND_DELETION,
  KIND_VALUE,
} from '@jump/base';
import { type TableMeta, tableName } from '@jump/manifest';
import { MergeKernel, MergeStop, TableWriter } from '@jump/sstable';
import { type Entry, type Random, seeded } from '@jump/testkit';
import { memoryVfs, type Vfs } from '@jump/vfs';
import { afterEach, expect, test, vi } from 'vitest';
import { byKey } from '../test/merge-model.ts';
import { type CompactionJob, type JobResult, runCompaction } from './index.ts';

const byCursors: Comparator = { ...bytewiseComparator };

/** What the kernel has stopped for. */
const merged = vi.spyOn(MergeKernel.prototype, 'merge');
afterEach(() => merged.mockClear());
const stops = (): Set<unknown> => new Set(merged.mock.results.map(({ value: stop }) => stop));

/** A filter that shows which keys it was given, in which order. */
const policy = (scope: 'table' | 'block'): FilterPolicy => ({
  name: 'test',
  scope,
  hash(key, start, end, hash) {
    hash.low = end - start;
    hash.high = 17;
    for (let i = start; i < end; i++) hash.high = (Math.imul(hash.high, 31) + key[i]!) >>> 0;
  },
  build: (hashes, count) => new Uint8Array(hashes.slice(0, 2 * count).buffer),
  mayContain: () => true,
});

interface Drawn {
  readonly job: CompactionJob;
  readonly filter: FilterPolicy | undefined;
  readonly tables: ReadonlyMap<number, readonly Entry[]>;
}

function userKey(random: Random, large: number): Uint8Array {
  const prefix = random.chance(0.3)
    ? 'a-prefix-that-is-long-and-shared-by-many-keys/'.repeat(3)
    : '';
  let text = prefix + random.integer(0, 300).toString(random.pick([2, 10, 36]));
  if (random.chance(0.02)) text = '';
  if (random.chance(large)) text += 'x'.repeat(random.integer(4000, 5000));
  return new TextEncoder().encode(text);
}

function value(random: Random, large: number): Uint8Array {
  if (random.chance(large)) return random.bytes(random.integer(60_000, 80_000));
  const length = random.chance(0.1) ? 0 : random.skewed(400);
  return random.chance(0.5) ? random.bytes(length) : new Uint8Array(length).fill(65);
}

/** Draws sorted runs of distinct entries; now and then one that is in two of them. */
function draw(random: Random): Drawn {
  const large = random.chance(0.3) ? random.pick([0.001, 0.02]) : 0;
  const tables = new Map<number, readonly Entry[]>();
  let sequence = 1;
  let number = 1;
  let last: Entry[] = [];
  const run = (): Entry[] => {
    const entries: Entry[] = [];
    for (let left = random.integer(1, 400); left > 0; left--) {
      const kind = random.chance(0.2) ? KIND_DELETION : KIND_VALUE;
      const key = encodeInternalKey(userKey(random, large), sequence++, kind);
      entries.push({ key, value: kind === KIND_VALUE ? value(random, large) : new Uint8Array(0) });
    }
    if (last.length > 0 && random.chance(0.2)) entries.push(random.pick(last));
    last = entries.sort(byKey);
    return entries;
  };
  const metaOf = (entries: readonly Entry[]): TableMeta => {
    tables.set(number, entries);
    const tombstones = entries.filter(({ key }) => key.at(-8) === KIND_DELETION).length;
    const [smallest, largest] = [entries[0]!.key, entries.at(-1)!.key];
    return {
      number: number++,
      fileSize: 0,
      smallest,
      largest,
      entries: entries.length,
      tombstones,
    };
  };
  const level1 = run();
  const cuts: TableMeta[] = [];
  for (let at = 0; at < level1.length; ) {
    let end = Math.min(level1.length, at + random.integer(1, 200));
    while (end < level1.length && sameUser(level1[end - 1]!.key, level1[end]!.key)) end++;
    cuts.push(metaOf(level1.slice(at, end)));
    at = end;
  }
  const level0 = Array.from({ length: random.integer(0, 5) }, () => metaOf(run())).reverse();
  const spans = level1
    .filter(() => random.chance(0.01))
    .map(({ key }) => ({ smallest: key.slice(0, -8), largest: key.slice(0, -8) }));
  const grandparents = level1
    .filter(() => random.chance(0.05))
    .map(({ key }, i) => ({
      number: 900 + i,
      fileSize: random.integer(1, 9000),
      smallest: key,
      largest: key,
    }));
  const scope = random.pick([undefined, 'table', 'block'] as const);
  return {
    tables,
    filter: scope && policy(scope),
    job: {
      directory: '/db',
      inputs: [
        { level: 0, tables: level0 },
        { level: 1, tables: cuts },
      ],
      outputLevel: 1,
      numbers: { first: 100, count: random.pick([1, 3, 100]) },
      snapshots: [],
      older: random.pick(['everywhere', [], spans]),
      grandparents: random.chance(0.5) ? grandparents : [],
      table: {
        tableSize: random.pick([1, 1000, 20_000, 1 << 21]),
        blockSize: random.pick([1, 100, 1000, 4096, 1 << 16]),
        compression: random.pick(['snappy', 'none']),
        ...(random.chance(0.3) ? { indexInterval: random.integer(1, 5) } : {}),
        ...(scope === undefined ? {} : { filter: { kind: 'test', bitsPerKey: 10 } }),
      },
    },
  };
}

function sameUser(a: Uint8Array, b: Uint8Array): boolean {
  return compareBytes(a.subarray(0, -8), b.subarray(0, -8)) === 0;
}

/** Writes the inputs, and completes their sizes. */
function prepare({ job, tables }: Drawn): { readonly vfs: Vfs; readonly job: CompactionJob } {
  const vfs = memoryVfs();
  vfs.makeDirectory('/db');
  const inputs = job.inputs.map(({ level, tables: metas }) => ({
    level,
    tables: metas.map((meta) => {
      const path = `/db/${tableName(meta.number)}`;
      const writer = new TableWriter({ vfs, path }, { keys: 'internal', blockSize: 700 });
      for (const { key, value: one } of tables.get(meta.number)!) writer.add(key, one);
      return { ...meta, fileSize: writer.finish().fileSize };
    }),
  }));
  return { vfs, job: { ...job, inputs } };
}

/** Carries a job out; returns what came of it, and the files. */
function carryOut(drawn: Drawn, comparator: Comparator): { result: JobResult; files: string[] } {
  const { vfs, job } = prepare(drawn);
  const filterPolicy = (): FilterPolicy | undefined => drawn.filter;
  const run = runCompaction(job, { vfs, comparator, filterPolicy });
  let step = run.next();
  while (step.done !== true) step = run.next();
  const files = step.value.tables.map(({ number }) => {
    const path = `/db/${tableName(number)}`;
    const bytes = new Uint8Array(vfs.stat(path)!.size);
    const file = vfs.open(path, 'read');
    file.read(bytes, 0, bytes.length, 0);
    file.close();
    return Buffer.from(bytes).toString('base64');
  });
  return { result: step.value, files };
}

test(
  'both ways make the same files, and count the same',
  seeded((random) => {
    for (let round = 0; round < 150; round++) {
      const drawn = draw(random);
      const fast = carryOut(drawn, bytewiseComparator);
      const plain = carryOut(drawn, byCursors);
      const { bytesRead: _, ...counts } = fast.result;
      const { bytesRead: __, ...expected } = plain.result;
      if (JSON.stringify(counts) === JSON.stringify(expected)) {
        expect(fast.files).toEqual(plain.files);
      } else {
        // It was handed over: where tables are cut depends on when the grandparents were looked at.
        expect(counts.entriesWritten, `round ${round}`).toBe(expected.entriesWritten);
        expect(counts.entriesRead).toBeGreaterThanOrEqual(expected.entriesRead);
        expect(drawn.job.grandparents.length, `round ${round}`).toBeGreaterThan(0);
      }
    }
    const { disorder, keysFull, ...usual } = MergeStop;
    expect([...stops()].sort()).toEqual(Object.values(usual).sort());
  }),
);

/** Two tables of level 1 with these entries, the second of sequences from 1000 on. */
function twoTables(first: readonly string[], second: readonly string[]): Drawn {
  const entriesOf = (keys: readonly string[], sequence: number): Entry[] =>
    keys
      .map((text, i) => ({
        key: encodeInternalKey(new TextEncoder().encode(text), sequence + i, KIND_VALUE),
        value: new Uint8Array(0),
      }))
      .sort(byKey);
  const tables = new Map([
    [1, entriesOf(first, 1)],
    [2, entriesOf(second, 1000)],
  ]);
  const metas = [...tables].map(([number, entries]) => ({
    number,
    fileSize: 0,
    smallest: entries[0]!.key,
    largest: entries.at(-1)!.key,
  }));
  const job: CompactionJob = {
    directory: '/db',
    inputs: [{ level: 1, tables: metas }],
    outputLevel: 2,
    numbers: { first: 100, count: 100 },
    snapshots: [],
    older: [],
    grandparents: [],
    table: { tableSize: 1 << 20, blockSize: 1 << 16, compression: 'none' },
  };
  return { job, filter: policy('table'), tables };
}

test('more user keys in a block than there is room for are taken over in between', () => {
  const keys = Array.from({ length: 900 }, (_, i) => `${'k'.repeat(4000)}${1000 + i}`);
  const drawn = twoTables(keys.slice(0, 500), keys.slice(500));
  expect(carryOut(drawn, bytewiseComparator).files).toEqual(carryOut(drawn, byCursors).files);
  expect(stops()).toContain(MergeStop.keysFull);
});

test.each([
  ['tables of a level that overlap', ['a', 'c'], ['b', 'd']],
  ['a newer version in a later table', ['a', 'b'], ['b', 'c']],
])('%s are refused, in both ways, with the names of the inputs', (_, first, second) => {
  for (const comparator of [bytewiseComparator, byCursors]) {
    const attempt = (): unknown => carryOut(twoTables(first, second), comparator);
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'JUMP_CORRUPTION', file: expect.stringContaining('000002') }),
    );
  }
  expect(stops()).toContain(MergeStop.disorder);
});
