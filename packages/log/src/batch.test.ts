// Goal:   what the records of a write-ahead log say is read as FORMAT.md and LevelDB say it, and
//         what is no batch is damage in its place, never an error and never half a batch.
// Method: the blocks of FORMAT.md, checked by hand; each byte and each length of a batch; a log of
//         LevelDB's own.
import { readFileSync } from 'node:fs';
import { JumpError } from '@jump/base';
import { hexBlocks, worldPath } from '@jump/testkit';
import { memoryVfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import {
  decodeBatch,
  encodeMark,
  type LogEntry,
  LogReader,
  LogWriter,
  readBatch,
} from './index.ts';

const golden = hexBlocks(readFileSync(new URL('../FORMAT.md', import.meta.url), 'utf8'));
const batch = golden.get('batch')!;
const show = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test('a batch is what FORMAT.md shows', () => {
  const { sequence, entries } = decodeBatch(batch);
  expect(sequence).toBe(5n);
  expect(
    entries.map((one) => [one.sequence, one.kind, show(one.userKey), show(one.value)]),
  ).toEqual([
    [5n, 'value', 'k', 'v'],
    [6n, 'deletion', 'key', ''],
  ]);
  // Copies: what becomes of the record later changes nothing.
  expect(entries[0]!.userKey.buffer).not.toBe(batch.buffer);
});

test('a durable mark is what FORMAT.md shows', () => {
  expect(encodeMark(12_345)).toEqual(golden.get('mark'));
  expect(decodeBatch(golden.get('mark')!)).toEqual({ sequence: 12_345n, entries: [] });
});

test('sequences need 56 bits', () => {
  const high = batch.slice();
  high.fill(0xff, 0, 7);
  expect(decodeBatch(high).entries.map(({ sequence }) => sequence)).toEqual([2n ** 56n - 1n, 0n]);
});

test('a batch is whole or damage, wherever it is cut and whatever is changed', () => {
  for (let length = 0; length < batch.length; length++) {
    expect(() => decodeBatch(batch.subarray(0, length), '000003.log', 77)).toThrow(
      expect.objectContaining({ code: 'JUMP_CORRUPTION', file: '000003.log' }),
    );
  }
  for (let at = 0; at < batch.length; at++) {
    for (const flip of [1, 2, 0x80]) {
      const bytes = batch.slice();
      bytes[at]! ^= flip;
      const given: number[] = [];
      try {
        readBatch(bytes, 5, { add: (sequence) => given.push(sequence) }, 'log', 0);
        expect(given).toEqual([5, 6]);
      } catch (error) {
        expect(error).toBeInstanceOf(JumpError);
        expect(given).toEqual([]);
      }
    }
  }
});

test('a log is read entry by entry; what is no batch is told where it is', () => {
  const target = { vfs: memoryVfs(), path: '000003.log' };
  const log = new LogWriter(target);
  const offsets: number[] = [];
  for (const record of [encodeMark(5), batch, new Uint8Array(4), batch.slice(0, -1), batch]) {
    offsets.push(log.size);
    log.append(record);
  }
  log.close();
  const found = [...LogReader.open(target).entries()];
  const place = (one: LogEntry): unknown[] => [one.type, one.offset];
  expect(found.map(place)).toEqual([
    ['mark', offsets[0]],
    ['entry', offsets[1]],
    ['entry', offsets[1]],
    ['damage', offsets[2]],
    ['damage', offsets[3]],
    ['entry', offsets[4]],
    ['entry', offsets[4]],
  ]);
  expect(found.at(-1)).toMatchObject({ sequence: 6n, kind: 'deletion' });
});

test('damage of the log itself is told as well, and the end that a crash cut off', () => {
  const vfs = memoryVfs();
  const log = new LogWriter({ vfs, path: 'a' });
  for (let i = 0; i < 3; i++) log.append(batch);
  log.close();
  const bytes = new Uint8Array(log.size);
  const file = vfs.open('a', 'read');
  file.read(bytes, 0, bytes.length, 0);
  file.close();
  bytes[10]! ^= 1;
  const found = [...LogReader.fromBytes(bytes.subarray(0, -1)).entries()];
  expect(found.map(({ type }) => type)).toEqual(['damage', 'entry', 'entry', 'damage']);
  expect(found.at(-1)).toMatchObject({ reason: expect.stringContaining('torn-tail') });
});

test.each(['leveldb-1.3', 'leveldb-main-zstd', 'minecraft'])('the log of %s', (world) => {
  const found = [...LogReader.open(`${worldPath(world)}/000006.log`).entries()];
  expect(
    found.map((one) => one.type === 'entry' && [one.kind, show(one.userKey), show(one.value)]),
  ).toEqual([
    ['value', 'key00001', 'in the log'],
    ['deletion', 'key00002', ''],
  ]);
});
