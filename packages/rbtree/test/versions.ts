// Writing and reading a ByteTree in the words of the tests.
import { expect } from 'vitest';
import type { ByteTree } from '../src/byte-tree.ts';

/** The highest tag. */
export const TOP = 2n ** 64n - 1n;

/** What is read of a node: bytes as hexadecimal. */
export interface Version {
  readonly key: string;
  tag: bigint;
  value: string;
}

/** Bytes to hexadecimal. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** Hexadecimal to bytes. */
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
/** A tag as the tree takes it. */
export const halves = (tag: bigint): [number, number] => [
  Number(tag >> 32n),
  Number(tag & 0xffffffffn),
];
/** Text to bytes. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Inserts with ranges that do not begin at 0, so that a forgotten start shows. */
export function insert(tree: ByteTree, key: Uint8Array, tag: bigint, value: Uint8Array): void {
  const keys = new Uint8Array(key.length + 3).fill(0xee);
  keys.set(key, 2);
  const values = new Uint8Array(value.length + 3).fill(0xdd);
  values.set(value, 1);
  const [high, low] = halves(tag);
  tree.insert(keys, 2, keys.length - 1, high, low, values, 1, values.length - 2);
}

/** Reads a node by every accessor. */
export function read(tree: ByteTree, node: number): Version {
  const bytes = tree.entryBytes(node);
  const tag = (BigInt(tree.tagHigh(node)) << 32n) | BigInt(tree.tagLow(node));
  const keyEnd = tree.keyEnd(node);
  // Key and tag lie together, as in a table.
  expect(new DataView(bytes.buffer, bytes.byteOffset + keyEnd).getBigUint64(0, true)).toBe(tag);
  return {
    key: hex(bytes.slice(tree.keyStart(node), keyEnd)),
    tag,
    value: hex(bytes.slice(tree.valueStart(node), tree.valueEnd(node))),
  };
}

/** Reads all nodes in order. */
export function contents(tree: ByteTree): Version[] {
  const list: Version[] = [];
  for (let node = tree.firstNode(); node !== 0; node = tree.nextNode(node)) {
    list.push(read(tree, node));
  }
  return list;
}
