// Goal:   edits are LevelDB's, byte for byte, and nothing else is taken for one.
// Method: golden bytes; LevelDB's own manifests, read and written again; random edits; each check
//         behind the checksum reached with bytes made for it.
import { readFileSync } from 'node:fs';
import { encodeInternalKey, showBytes, varintLength, writeVarint, writeVarint64 } from '@jump/base';
import { LogReader, LogWriter } from '@jump/log';
import { hexBlocks } from '@jump/testkit';
import { memoryVfs, readFile } from '@jump/vfs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeVersionEdit, encodeVersionEdit, type VersionEdit } from './index.ts';

const file = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url));
const key = (text: string, sequence: number, kind = 1) =>
  encodeInternalKey(new TextEncoder().encode(text), sequence, kind);
const NONE = { compactPointers: [], deleted: [], added: [] };

const FLUSH: VersionEdit = {
  ...NONE,
  logNumber: 4,
  previousLogNumber: 0,
  nextFileNumber: 6,
  lastSequence: 2,
  added: [
    {
      level: 0,
      table: { number: 5, fileSize: 300, smallest: key('a', 1), largest: key('b', 2, 0) },
    },
  ],
};
const COMPACTION: VersionEdit = {
  logNumber: 4,
  previousLogNumber: 0,
  nextFileNumber: 302,
  lastSequence: 2,
  compactPointers: [{ level: 1, key: key('b', 2, 0) }],
  deleted: [
    { level: 1, number: 300 },
    { level: 1, number: 5 },
  ],
  added: [
    {
      level: 2,
      table: { number: 301, fileSize: 10_000, smallest: key('a', 1), largest: key('b', 2, 0) },
    },
  ],
};

test('writes the bytes that FORMAT.md shows', () => {
  const golden = hexBlocks(file('FORMAT.md').toString());
  expect(encodeVersionEdit(FLUSH)).toEqual(golden.get('flush'));
  expect(encodeVersionEdit(COMPACTION)).toEqual(golden.get('compaction'));
  expect(encodeVersionEdit({ lastSequence: 300 })).toEqual(golden.get('durable-mark'));
  expect(decodeVersionEdit(encodeVersionEdit(FLUSH), 'x', 0)).toEqual(FLUSH);
});

test.each([
  ['leveldb-new.manifest', 2],
  ['leveldb-life.manifest', 65],
])('reads %s, which LevelDB wrote, and writes the same bytes again', (name, edits) => {
  const bytes = new Uint8Array(file(`fixtures/${name}`));
  const vfs = memoryVfs();
  const writer = new LogWriter({ vfs, path: name });
  let count = 0;
  for (const item of LogReader.fromBytes(bytes).items()) {
    if (item.type !== 'record') throw new Error('damage');
    writer.append(encodeVersionEdit(decodeVersionEdit(item.bytes, name, item.start)));
    count++;
  }
  writer.close();
  expect(count).toBe(edits);
  expect(Buffer.compare(readFile(vfs, name, 1e6) ?? bytes.subarray(0, 0), bytes)).toBe(0);
});

const numbers = fc.oneof(fc.nat(300), fc.maxSafeNat());
const keys = fc
  .tuple(fc.uint8Array({ maxLength: 300 }), fc.maxSafeNat(), fc.nat(1))
  .map(([user, sequence, kind]) => encodeInternalKey(user, sequence, kind));
const level = fc.nat(6);
const edits: fc.Arbitrary<VersionEdit> = fc.record(
  {
    comparator: fc.string({ unit: 'grapheme' }),
    logNumber: numbers,
    previousLogNumber: numbers,
    nextFileNumber: numbers,
    lastSequence: numbers,
    compactPointers: fc.array(fc.record({ level, key: keys })),
    deleted: fc.array(fc.record({ level, number: numbers })),
    added: fc.array(
      fc.record({
        level,
        table: fc.record({ number: numbers, fileSize: numbers, smallest: keys, largest: keys }),
      }),
    ),
  },
  { requiredKeys: ['compactPointers', 'deleted', 'added'] },
);

test('gives back every edit, deleted tables sorted', () => {
  const property = fc.property(edits, (edit) => {
    const back = decodeVersionEdit(encodeVersionEdit(edit), 'x', 0);
    const deleted = [...edit.deleted].sort((a, b) => a.level - b.level || a.number - b.number);
    expect(JSON.stringify(back, replacer)).toEqual(JSON.stringify({ ...edit, deleted }, replacer));
    expect(encodeVersionEdit(back)).toEqual(encodeVersionEdit(edit));
  });
  /** Fields in one order, bytes as text. */
  const replacer = (_: string, value: unknown): unknown => {
    if (value instanceof Uint8Array) return `${showBytes(value)} ${value.length}`;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  fc.assert(property, { numRuns: 200 });
});

test('any bytes at all: an edit, or JUMP_CORRUPTION with file and offset', () => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 60 }),
    edits,
    fc.nat(),
    (noise, edit, at) => {
      const bytes = encodeVersionEdit(edit).slice();
      bytes.set(
        noise.subarray(0, bytes.length - (at % bytes.length || 0)),
        at % (bytes.length || 1),
      );
      for (const input of [noise, bytes, bytes.subarray(0, at % (bytes.length + 1))]) {
        try {
          decodeVersionEdit(input, 'MANIFEST-000007', 1000);
        } catch (error) {
          expect(error).toMatchObject({ file: 'MANIFEST-000007' });
          expect((error as { code: string }).code).toMatch(/JUMP_CORRUPTION|JUMP_UNSUPPORTED/);
          expect((error as { offset: number }).offset).toBeGreaterThanOrEqual(1000);
        }
      }
    },
  );
  fc.assert(property, { numRuns: 300 });
});

const bytes = (...parts: (number | bigint | Uint8Array)[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => {
      if (part instanceof Uint8Array) return [part.length, ...part];
      const target = new Uint8Array(10);
      if (typeof part === 'bigint') return [...target.subarray(0, writeVarint64(target, 0, part))];
      return [...target.subarray(0, writeVarint(target, 0, part) && varintLength(part))];
    }),
  );
const K = key('k', 9);

test.each([
  ['level 7', bytes(6, 7, 1), 'level 7'],
  ['level 255', bytes(7, 255, 1, 1, K, K), 'level 255'],
  ['a pointer of level 7', bytes(5, 7, K), 'level 7'],
  ['a file number of 2^53', bytes(7, 0, 2n ** 53n, 1, K, K), '2^53'],
  ['a file number of 2^63', bytes(6, 0, 2n ** 63n), '2^53'],
  ['a file size of 2^64 - 1', bytes(7, 0, 1, 2n ** 64n - 1n, K, K), '2^53'],
  ['a log number of 2^53', bytes(2, 2n ** 53n), '2^53'],
  ['a next file number of 2^60', bytes(3, 2n ** 60n), '2^53'],
  ['a last sequence of 2^56', bytes(4, 2n ** 56n), '2^56'],
  ['an unknown tag', bytes(8, 1), 'unknown tag 8'],
  ['tag 0', bytes(0), 'unknown tag 0'],
  ['a key of one byte', bytes(7, 0, 1, 1, Uint8Array.of(1), K), 'an internal key of 1 bytes'],
  ['a key of kind 2', bytes(7, 0, 1, 1, K, key('k', 9, 2)), 'unknown kind 2'],
  ['a key that is cut', bytes(7, 0, 1, 1, K).slice(0, -3), 'expected'],
  ['a length beyond everything', bytes(1, 2 ** 32 - 1), 'expected'],
  [
    'a varint of eleven bytes',
    Uint8Array.of(2, ...Array<number>(10).fill(0x80), 1),
    'longer than ten',
  ],
  ['a name that is not UTF-8', bytes(1, Uint8Array.of(0xff, 0xfe)), 'not UTF-8'],
  ['a number that is cut', Uint8Array.of(2, 0x80), 'ends early'],
])('refuses %s', (_, input, message) => {
  expect(() => decodeVersionEdit(input, 'MANIFEST-000007', 50)).toThrow(
    expect.objectContaining({
      code: 'JUMP_CORRUPTION',
      file: 'MANIFEST-000007',
      message: expect.stringMatching(new RegExp(`offset \\d+: .*${message.replace('^', '\\^')}`)),
    }),
  );
});

test('a last sequence that LevelDB allows and numbers do not is unsupported', () => {
  expect(() => decodeVersionEdit(bytes(4, 2n ** 53n), 'MANIFEST-000007', 0)).toThrow(
    expect.objectContaining({ code: 'JUMP_UNSUPPORTED' }),
  );
  expect(decodeVersionEdit(bytes(4, 2 ** 53 - 1), 'x', 0).lastSequence).toBe(2 ** 53 - 1);
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])('does not write the number %s', (number) => {
  expect(() => encodeVersionEdit({ logNumber: number })).toThrow(RangeError);
});
