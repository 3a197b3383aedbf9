/**
 * The `jumpdb.table` meta block: what JumpDB knows of a table that it wrote. LevelDB ignores it.
 *
 * A block in the usual format whose keys are names and whose values are varints; readers pass over
 * names that they do not know. See ../FORMAT.md.
 */
import { ByteReader, corruption } from '@jump/base';
import type { Block } from './block.ts';
import { BlockWriter } from './block-writer.ts';
import type { TableKeys } from './key-order.ts';
import { forEachEntry } from './sparse-index.ts';

/** The name in the meta-index. On disk: do not change. */
export const PROPERTIES_NAME = 'jumpdb.table';

/** What the `jumpdb.table` meta block holds. */
export interface TableRecord {
  /** What the keys are. */
  readonly keys: TableKeys;
  /** Entries, with older versions and deletions. */
  readonly entries: number;
  /** Deletions among them. */
  readonly tombstones: number;
  /** The lowest sequence of internal keys; 0 without entries, and for raw keys. */
  readonly smallestSequence: bigint;
  /** The highest sequence. */
  readonly largestSequence: bigint;
}

/** Turns ASCII into bytes. */
export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Turns bytes into text, one character a byte: for names that are compared, not shown. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

/** Builds the block. */
export function writeProperties(properties: TableRecord): BlockWriter {
  const block = new BlockWriter(1);
  // In the order of their bytes, as in every block.
  block.addNumber(asciiBytes('entries'), BigInt(properties.entries));
  block.addNumber(asciiBytes('internal-keys'), properties.keys === 'internal' ? 1n : 0n);
  block.addNumber(asciiBytes('largest-sequence'), properties.largestSequence);
  block.addNumber(asciiBytes('smallest-sequence'), properties.smallestSequence);
  block.addNumber(asciiBytes('tombstones'), BigInt(properties.tombstones));
  block.finish();
  return block;
}

/**
 * Reads a checked block.
 *
 * @throws JUMP_CORRUPTION if a value is no number, or one that is needed is missing
 */
export function readProperties(block: Block, source: string, offset: number): TableRecord {
  const values = new Map<string, bigint>();
  forEachEntry(block, (key, keyLength, start, end) => {
    const reader = new ByteReader(block.bytes, start, end, source, offset - block.start);
    values.set(asciiText(key, 0, keyLength), reader.varint64());
  });
  const value = (name: string): bigint => {
    const found = values.get(name);
    if (found === undefined) throw corruption(source, offset, `jumpdb.table has no ${name}`);
    return found;
  };
  const count = (name: string): number => {
    const found = Number(value(name));
    if (Number.isSafeInteger(found)) return found;
    throw corruption(source, offset, `jumpdb.table: ${name} is ${found}`);
  };
  return {
    keys: value('internal-keys') === 0n ? 'raw' : 'internal',
    entries: count('entries'),
    tombstones: count('tombstones'),
    smallestSequence: value('smallest-sequence'),
    largestSequence: value('largest-sequence'),
  };
}
