/** Reading a table in all the ways there are, whatever is in it. */
import { encodeInternalKey, JumpError } from '@jump/base';
import type { Entry } from '@jump/testkit';
import { expect } from 'vitest';
import { Lookup, type TableKeys, TableReader } from '../src/index.ts';
import { plainBloomPolicy } from './tables.ts';

/** The filters that tables are read with. */
export const filters = [plainBloomPolicy(10), plainBloomPolicy(10, 'table')] as const;
/** Turns text into bytes. */
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Everything that can be read from a table, in all the ways there are. */
export function readAll(bytes: Uint8Array, keys: TableKeys | 'auto'): string {
  const table = TableReader.fromBytes(bytes, { keys, filters });
  const lines: string[] = [];
  const show = (...parts: Uint8Array[]) =>
    lines.push(parts.map((part) => Buffer.from(part).toString('hex')).join(' '));
  const cursor = table.cursor();
  for (cursor.first(); cursor.valid; cursor.next()) {
    show(
      cursor.keyBytes.subarray(0, cursor.keyEnd),
      cursor.valueBytes.subarray(cursor.valueStart, cursor.valueEnd),
    );
  }
  for (cursor.last(); cursor.valid; cursor.previous())
    show(cursor.keyBytes.subarray(0, cursor.keyEnd));
  for (const { key, value } of table.entries()) show(key, value);
  for (const { key, value } of table.entries({ reverse: true })) show(key, value);
  const lookup = new Lookup();
  for (let i = 0; i < 30; i++) {
    const key = text(`key${i}`);
    show(table.get(key) ?? text('absent'));
    lookup.set(key, 0, key.length, 20);
    lines.push(String(table.find(lookup)));
  }
  table.verify();
  return lines.join('\n');
}

/** The text, or the error; anything but a JumpError is a failure of the test. */
export function tryReading(bytes: Uint8Array, keys: TableKeys | 'auto'): string | JumpError {
  try {
    return readAll(bytes, keys);
  } catch (error) {
    if (!(error instanceof JumpError)) throw error;
    expect(['JUMP_CORRUPTION', 'JUMP_UNSUPPORTED']).toContain(error.code);
    return error;
  }
}

/** A small table's entries: internal keys, older versions, deletions. */
export function sample(): Entry[] {
  const entries: Entry[] = [];
  for (let i = 10; i < 30; i++) {
    const user = text(`key${i}`);
    entries.push({ key: encodeInternalKey(user, 40 + i, 1), value: text(`new value ${i}`) });
    if (i % 3 === 0) entries.push({ key: encodeInternalKey(user, i, 0), value: new Uint8Array(0) });
  }
  return entries;
}
