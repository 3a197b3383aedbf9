// Goal:   what is whole of a damaged table is read, and what is not is told; without the option
//         damage throws, as ever.
// Method: a table of many blocks, in which every block in turn, and several at once, are damaged;
//         what is read must be exactly the entries of the others.
import { encodeInternalKey } from '@jump/base';
import { seeded } from '@jump/testkit';
import { expect, test } from 'vitest';
import { tableBytes } from '../test/tables.ts';
import { type InternalEntry, type TableGap, TableReader } from './index.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const show = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const name = (i: number): string => `key${String(i).padStart(4, '0')}`;

const stored = Array.from({ length: 300 }, (_, i) => ({
  key: encodeInternalKey(text(name(i)), 1000 + i, i % 7 === 0 ? 0 : 1),
  value: i % 7 === 0 ? new Uint8Array(0) : text(`value ${i}`.repeat(5)),
}));
const sound = tableBytes(stored, { keys: 'internal', blockSize: 512 });
const lines = (entries: Iterable<InternalEntry>): string[] =>
  Array.from(entries, ({ userKey, kind, value }) => `${show(userKey)} ${kind} ${show(value)}`);
const whole = lines(TableReader.fromBytes(sound).internalEntries());

/** Where each block begins, and how many entries it has. */
const blocks = new Map<number, number>();
for (const { offset } of TableReader.fromBytes(sound).internalEntries()) {
  blocks.set(offset, (blocks.get(offset) ?? 0) + 1);
}

/** Reads around damage in the blocks at these offsets. */
function readDamaged(damaged: readonly number[]): { found: string[]; gaps: readonly TableGap[] } {
  const bytes = sound.slice();
  for (const offset of damaged) bytes[offset + 5]! ^= 0x55;
  expect(() => [...TableReader.fromBytes(bytes).internalEntries()]).toThrow(/checksum/);
  const table = TableReader.fromBytes(bytes, { tolerant: true, keys: 'internal' });
  expect(table.gaps).toEqual([]);
  const found = lines(table.internalEntries());
  const { gaps } = table;
  const backwards = Array.from(table.entries({ reverse: true }), ({ key }) => show(key));
  expect(backwards.reverse()).toEqual(Array.from(table.entries(), ({ key }) => show(key)));
  expect(table.gaps).toEqual(gaps);
  return { found, gaps };
}

test('each block may be damaged: only its entries are missing', () => {
  expect(blocks.size).toBeGreaterThan(15);
  let before = 0;
  for (const [offset, entries] of blocks) {
    const { found, gaps } = readDamaged([offset]);
    expect(found).toEqual([...whole.slice(0, before), ...whole.slice(before + entries)]);
    expect(gaps).toHaveLength(1);
    const [gap] = gaps;
    expect(gap).toMatchObject({ offset, reason: expect.stringContaining('checksum') });
    // What is missing lies between the two keys that the gap names.
    const first = stored[before]?.key ?? new Uint8Array(0);
    const last = stored[before + entries - 1]?.key ?? new Uint8Array(0);
    if (gap?.after !== undefined) expect(Buffer.compare(gap.after, first)).toBeLessThan(0);
    expect(show(gap?.upTo?.subarray(0, -8) ?? last) >= show(last.subarray(0, -8))).toBe(true);
    before += entries;
  }
});

test(
  'any of them may be damaged, or all',
  seeded((random) => {
    for (let round = 0; round < 10; round++) {
      const share = random.integer(1, 10) / 10;
      const damaged = [...blocks.keys()].filter((_, i) => i === 0 || random.chance(share));
      const { found, gaps } = readDamaged(damaged);
      expect(gaps.map(({ offset }) => offset)).toEqual(damaged);
      let at = 0;
      const left: string[] = [];
      for (const [offset, entries] of blocks) {
        if (!damaged.includes(offset)) left.push(...whole.slice(at, at + entries));
        at += entries;
      }
      expect(found).toEqual(left);
    }
  }),
);

test('a single key is not answered for out of damage', () => {
  const bytes = sound.slice();
  bytes[5]! ^= 0x55;
  const table = TableReader.fromBytes(bytes, { tolerant: true, keys: 'internal' });
  expect(() => table.get(text(name(1)))).toThrow(
    expect.objectContaining({ code: 'JUMP_CORRUPTION' }),
  );
  expect(show(table.get(text(name(299))) ?? new Uint8Array(0))).toContain('value 299');
});

test('internalEntries tells older versions, and where an entry lies', () => {
  const versions = [
    { key: encodeInternalKey(text('a'), 9, 1), value: text('new') },
    { key: encodeInternalKey(text('a'), 5, 0), value: text('') },
    { key: encodeInternalKey(text('a'), 2, 1), value: text('old') },
    { key: encodeInternalKey(text('b'), 3, 0), value: text('') },
  ];
  const bytes = tableBytes(versions, { keys: 'internal', indexInterval: 2 });
  const found = [...TableReader.fromBytes(bytes).internalEntries()];
  expect(
    found.map(({ userKey, sequence, kind, shadowed }) => [show(userKey), sequence, kind, shadowed]),
  ).toEqual([
    ['a', 9n, 'value', false],
    ['a', 5n, 'deletion', true],
    ['a', 2n, 'value', true],
    ['b', 3n, 'deletion', false],
  ]);
  const [first, , third] = found;
  expect(found.map(({ offset }) => offset)).toEqual([0, 0, third?.offset, third?.offset]);
  expect(third?.offset).toBeGreaterThan(0);
  expect(first?.file).toBe('bytes');
});

test('a Blob is read whole, a File by its name', async () => {
  const table = await TableReader.fromBlob(new Blob([new Uint8Array(sound)]));
  expect(lines(table.internalEntries())).toEqual(whole);
  const file = new File([new Uint8Array(sound.subarray(0, 100))], 'half.ldb');
  await expect(TableReader.fromBlob(file)).rejects.toThrow(/^half\.ldb/);
});
