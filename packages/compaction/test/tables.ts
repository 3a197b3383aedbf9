/** Tables as tests write them: `#4 a..f 2MB`, further words `entries=100 tombstones=60`. */
import { encodeInternalKey, KIND_VALUE } from '@jump/base';
import type { TableMeta } from '@jump/manifest';

/** An internal key: `b`, of sequence 100, or `b@7`, of sequence 7. */
export function key(text: string): Uint8Array {
  const [user = '', sequence = '100'] = text.split('@');
  return encodeInternalKey(new TextEncoder().encode(user), Number(sequence), KIND_VALUE);
}

const UNITS: Record<string, number> = { '': 1, B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** Reads one table. */
export function table(text: string): TableMeta {
  const match = /^#(\d+) (\S+)\.\.(\S+)(?: (\d+)([KMG]?B))?(.*)$/.exec(text.trim());
  if (match === null) throw new Error(`not a table: ${text}`);
  const [, number, smallest = '', largest = '', size = '1', unit = 'MB', rest = ''] = match;
  const counts = Object.fromEntries(
    rest
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => [word.split('=')[0], Number(word.split('=')[1])]),
  );
  return {
    number: Number(number),
    fileSize: Number(size) * UNITS[unit]!,
    smallest: key(smallest),
    // A range of one user key has to end at or after its beginning: an older version.
    largest: key(largest.includes('@') ? largest : `${largest}@1`),
    ...counts,
  };
}
