// Goal:   FORMAT.md tells the truth.
// Method: its golden bytes are written, and read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeInternalKey } from '@jump/base';
import { hexBlocks, hexdump } from '@jump/testkit';
import { expect, test } from 'vitest';
import { tableBytes } from '../test/tables.ts';
import { TableReader } from './index.ts';

const blocks = hexBlocks(readFileSync(join(import.meta.dirname, '../FORMAT.md'), 'utf8'));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test('two-entries', () => {
  const golden = blocks.get('two-entries') ?? new Uint8Array(0);
  const entries = [
    { key: encodeInternalKey(text('apple'), 3, 1), value: text('red') },
    { key: encodeInternalKey(text('apricot'), 2, 0), value: text('') },
  ];
  const written = tableBytes(entries, { keys: 'internal', compression: 'none' });
  expect(hexdump(written)).toBe(hexdump(golden));
  const table = TableReader.fromBytes(golden);
  expect(table.record).toEqual({
    keys: 'internal',
    entries: 2,
    tombstones: 1,
    smallestSequence: 2n,
    largestSequence: 3n,
  });
  const place = { shadowed: false, file: 'bytes', offset: 0 };
  expect([...table.internalEntries()]).toEqual([
    { userKey: text('apple'), sequence: 3n, kind: 'value', value: text('red'), ...place },
    { userKey: text('apricot'), sequence: 2n, kind: 'deletion', value: text(''), ...place },
  ]);
});
