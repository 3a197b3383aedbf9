// Goal:   a table whose keys are in an order that nobody told us is read from end to end, checked
//         in all that does not depend on it; nothing can be looked up by mistake.
// Method: tables written by a comparator that turns keys round, raw and internal.
import { type Comparator, compareBytes, encodeInternalKey } from '@jump/base';
import { describe, expect, test } from 'vitest';
import { tableBytes } from '../test/tables.ts';
import { type TableKeys, TableReader } from './index.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const show = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const downwards: Comparator = { name: 'test.downwards', compare: (a, b) => compareBytes(b, a) };
const names = Array.from({ length: 500 }, (_, i) => `key number ${String(i).padStart(4, '0')}`);

function downwardTable(keys: TableKeys): Uint8Array {
  const entries = names.toReversed().flatMap((name, i) =>
    keys === 'raw'
      ? [{ key: text(name), value: text(`value of ${name}`) }]
      : [
          { key: encodeInternalKey(text(name), 1000 + i, 1), value: text(`value of ${name}`) },
          { key: encodeInternalKey(text(name), i, 1), value: text('older') },
        ],
  );
  return tableBytes(entries, { keys, comparator: downwards, blockSize: 1024 });
}

describe.each(['raw', 'internal'] as const)('%s keys', (keys) => {
  const bytes = downwardTable(keys);

  test('are damage in the order of bytes', () => {
    expect(() => [...TableReader.fromBytes(bytes, { keys }).entries()]).toThrow(/order|index/);
  });

  test.each([keys, 'auto'] as const)('are read one after the other (%s)', (told) => {
    const table = TableReader.fromBytes(bytes, { keys: told, comparator: 'unknown' });
    const found = Array.from(table.entries(), ({ key, value }) => [show(key), show(value)]);
    expect(found).toEqual(names.toReversed().map((name) => [name, `value of ${name}`]));
    const back = Array.from(table.entries({ reverse: true }), ({ key }) => show(key));
    expect(back).toEqual(names);
    expect(table.properties.keys).toBe(keys);
    table.verify();
    if (keys === 'internal') expect([...table.internalEntries()]).toHaveLength(1000);
  });

  test('cannot be looked up', () => {
    const table = TableReader.fromBytes(bytes, { keys, comparator: 'unknown' });
    const refusal = expect.objectContaining({ code: 'JUMP_UNSUPPORTED' });
    const key = text('key number 0007');
    expect(() => table.get(key)).toThrow(refusal);
    expect(() => table.entries({ gte: key })).toThrow(refusal);
    expect(() => table.entries({ lt: key })).toThrow(refusal);
    expect(() => table.cursor().seek(key, 0, key.length)).toThrow(refusal);
    expect(() => table.get(key)).toThrow(/unknown order; give their comparator/);
  });

  test('are still checked in all else', () => {
    const damaged = bytes.slice();
    damaged[300]! ^= 1;
    const table = TableReader.fromBytes(damaged, { keys, comparator: 'unknown' });
    expect(() => [...table.entries()]).toThrow(/checksum/);
  });
});
