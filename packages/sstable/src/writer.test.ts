// Goal:   a writer refuses what it cannot store, leaves nothing behind when abandoned, and writes
//         the same table whatever the size of its values.
import { bytewiseComparator, encodeInternalKey } from '@jump/base';
import { FaultVfs, Random } from '@jump/testkit';
import { memoryVfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { openWritten, PATH, plainBloomPolicy, writeTable } from '../test/tables.ts';
import { TableWriter } from './index.ts';

const target = () => ({ vfs: memoryVfs(), path: PATH });
const any = (value: unknown) => value as never;
const one = Uint8Array.of(1);

test('keys must ascend strictly', () => {
  const writer = new TableWriter(target());
  writer.add(Uint8Array.of(2, 1), one);
  for (const key of [[2, 1], [2], [1, 9, 9], []]) {
    expect(() => writer.add(Uint8Array.from(key), one)).toThrow(RangeError);
  }
  // A refused entry leaves no trace.
  writer.add(Uint8Array.of(2, 2), one);
  expect(writer.finish()).toMatchObject({
    entries: 2,
    tombstones: 0,
    largest: Uint8Array.of(2, 2),
  });
});

test('internal keys must be some, and in their order', () => {
  const writer = new TableWriter(target(), { keys: 'internal' });
  expect(() => writer.add(new Uint8Array(7), one)).toThrow(RangeError);
  expect(() => writer.add(new Uint8Array(8).fill(2), one)).toThrow(/kind 2/);
  writer.add(encodeInternalKey(one, 9, 1), one);
  expect(() => writer.add(encodeInternalKey(one, 10, 1), one)).toThrow(RangeError);
  writer.add(encodeInternalKey(one, 8, 0), new Uint8Array(0));
  writer.add(encodeInternalKey(Uint8Array.of(1, 0), 2 ** 53 - 1, 1), one);
  expect(writer.finish()).toMatchObject({
    entries: 3,
    tombstones: 1,
    smallestSequence: 8n,
    largestSequence: 2n ** 53n - 1n,
    smallest: encodeInternalKey(one, 9, 1),
  });
});

test('wrong options and wrong calls are named', () => {
  expect(() => new TableWriter(target(), any({ blocksize: 1 }))).toThrow(
    /^unknown option blocksize; known are .*blockSize/,
  );
  for (const blockSize of [0, -1, 1.5, Number.NaN, 2 ** 40]) {
    expect(() => new TableWriter(target(), { blockSize })).toThrow(/blockSize/);
  }
  expect(() => new TableWriter(target(), { restartInterval: any('16') })).toThrow(TypeError);
  expect(() => new TableWriter(target(), { compression: any('zip') })).toThrow(TypeError);
  const writer = new TableWriter(target());
  expect(() => writer.add(any('key'), one)).toThrow(TypeError);
  expect(() => writer.add(one, any('value'))).toThrow(TypeError);
  writer.finish();
  const closed = expect.objectContaining({ code: 'JUMP_CLOSED', file: PATH });
  expect(() => writer.add(one, one)).toThrow(closed);
  expect(() => writer.finish()).toThrow(closed);
  writer.abandon();
  for (const wrong of [
    7,
    null,
    undefined,
    {},
    { path: 'a', vfs: {} },
    { path: 1, vfs: memoryVfs() },
  ]) {
    expect(() => new TableWriter(any(wrong))).toThrow(TypeError);
    expect(() => new TableWriter(any(wrong))).toThrow(/^target must be a path or .*, got /);
  }
  expect(() => new TableWriter(target(), any(null))).toThrow(
    /^options must be an object, got null/,
  );
});

test('a file that is there is not overwritten', () => {
  const there = writeTable([]);
  expect(() => new TableWriter(there)).toThrow(
    expect.objectContaining({ code: 'JUMP_IO', systemCode: 'EEXIST' }),
  );
});

test('abandon() leaves no file', () => {
  const { vfs, path } = target();
  const writer = new TableWriter({ vfs, path });
  writer.add(one, one);
  writer.abandon();
  writer.abandon();
  expect(vfs.stat(path)).toBeUndefined();
});

test('values of all sizes come back, streamed or not', () => {
  for (const compression of ['none', 'snappy'] as const) {
    for (const size of [0, 1, 127, 128, 65_535, 65_536, (1 << 18) - 1, 1 << 18, 3_000_001]) {
      const value = new Uint8Array(size).map((_, i) => (i * 7) ^ (i >> 9));
      const entries = [1, 2, 3].map((i) => ({
        key: Uint8Array.of(i),
        value: i === 2 ? value : one,
      }));
      for (const blockSize of [1, 4096, 1 << 20]) {
        const table = openWritten(entries, { compression, blockSize });
        for (const { key, value } of entries) {
          // Compared plainly: an assertion over megabytes takes seconds.
          expect(Buffer.compare(table.get(key) ?? one, value), `${size} bytes`).toBe(0);
        }
        table.verify();
        expect(table.properties.entries).toBe(3);
      }
    }
  }
});

test('indexInterval ends a block after so many entries', () => {
  const entries = Array.from({ length: 100 }, (_, i) => ({ key: Uint8Array.of(i), value: one }));
  for (const [indexInterval, blocks] of [
    [1, 100],
    [7, 15],
    [1000, 1],
  ] as const) {
    expect(openWritten(entries, { indexInterval }).properties.blocks).toBe(blocks);
  }
});

test('compressed blocks are those that get an eighth smaller', () => {
  const noise = new Random(1).bytes(3000);
  const table = openWritten(
    [
      { key: Uint8Array.of(1), value: noise },
      { key: Uint8Array.of(2), value: noise.map((byte) => byte & 1) },
    ],
    { blockSize: 1000 },
  );
  expect(table.properties.codecs).toEqual(['none', 'snappy']);
});

test('a whole-table filter takes each user key once', () => {
  let added = 0;
  const policy = plainBloomPolicy(10, 'table');
  const counting = {
    ...policy,
    build: (hashes: Uint32Array, count: number) => {
      added = count;
      return policy.build(hashes, count);
    },
  };
  const entries = [1, 1, 1, 2, 3, 3].map((user, i) => ({
    key: encodeInternalKey(Uint8Array.of(user), 100 - i, 1),
    value: one,
  }));
  writeTable(entries, { keys: 'internal', filter: counting });
  expect(added).toBe(3);
});

test('every failing operation of the file is reported, and can be cleaned up', () => {
  const value = new Random(2).bytes(900);
  let failures = 0;
  for (let at = 0; ; at++) {
    const vfs = new FaultVfs(memoryVfs());
    vfs.setFault({ at, kinds: ['open', 'write', 'sync'], systemCode: 'ENOSPC', shortWrite: 7 });
    let writer: TableWriter | undefined;
    try {
      writer = new TableWriter({ vfs, path: PATH }, { compression: 'none' });
      for (let i = 0; i < 300; i++) writer.add(Uint8Array.of(i >> 8, i), value);
      writer.finish();
      break;
    } catch (error) {
      expect(error).toMatchObject({ code: 'JUMP_IO', systemCode: 'ENOSPC' });
      failures++;
      if (writer === undefined) continue;
      const poisoned = expect.objectContaining({ code: 'JUMP_POISONED', file: PATH });
      expect(() => writer?.add(Uint8Array.of(9, 9), one)).toThrow(poisoned);
      expect(() => writer?.finish()).toThrow(/only abandon/);
      writer.abandon();
      expect(vfs.stat(PATH)).toBeUndefined();
    }
  }
  // Opening, four buffers of 64 KiB, what is left at the end, the sync.
  expect(failures).toBe(7);
});

test('a comparator that separates wrongly is found out', () => {
  const wrong = { ...bytewiseComparator, separator: () => Uint8Array.of(9) };
  const writer = new TableWriter(target(), { comparator: wrong, blockSize: 1 });
  writer.add(Uint8Array.of(1), one);
  expect(() => writer.add(Uint8Array.of(2), one)).toThrow(/leveldb.BytewiseComparator: 09/);
});
