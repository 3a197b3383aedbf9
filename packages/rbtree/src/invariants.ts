/**
 * What must be true of a tree after every step; for tests.
 */
import { ByteArena } from './byte-arena.ts';
import { type CompareKeys, HIGH, LOW, NODE, PLACE } from './byte-nodes.ts';
import type { ByteTree, ByteTreeParts } from './byte-tree.ts';
import { KeyPrefix } from './key-prefix.ts';
import { LEFT, PARENT, RED, RIGHT } from './rebalance.ts';

function fail(node: number, what: string): never {
  throw new Error(`node ${node}: ${what}`);
}

/**
 * Checks colours, black heights and parent links, and calls `visit` for each node in order.
 *
 * @returns The number of nodes.
 * @throws {Error} Naming the node at which a rule is broken.
 */
export function checkLinks(links: Int32Array, visit: (node: number) => void = () => {}): number {
  if (links[RIGHT] !== 0 || links[PARENT] !== 0) fail(0, 'the header has more than a root');
  let count = 0;
  /** Returns the black height of a subtree. */
  const descend = (node: number, parent: number, parentRed: boolean): number => {
    if (node === 0) return 1;
    const red = (links[node + PARENT]! & RED) !== 0;
    if ((links[node + PARENT]! & ~RED) !== parent) fail(node, `its parent is not ${parent}`);
    if (red && parent === 0) fail(node, 'the root is red');
    if (red && parentRed) fail(node, 'a red node has a red child');
    const left = descend(links[node + LEFT]!, node, red);
    if (++count > links.length) fail(node, 'the links go round in circles');
    visit(node);
    const right = descend(links[node + RIGHT]!, node, red);
    if (left !== right) fail(node, `black heights ${left} and ${right} differ`);
    return red ? left : left + 1;
  };
  descend(links[LEFT]!, 0, false);
  return count;
}

/** Compares whole keys, bytes as unsigned numbers. */
function compareWhole(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/**
 * Checks a byte tree: links, the order of keys and tags, and each node's summary of its key.
 *
 * @throws {Error} Naming the node at which a rule is broken.
 */
function checkByteTree(parts: ByteTreeParts, compare?: CompareKeys): void {
  const words = new Int32Array(parts.nodes);
  const arena = new ByteArena(false, 1);
  for (const chunk of parts.chunks) arena.addChunk(chunk);
  const prefix = new KeyPrefix(compare === undefined);
  prefix.bytes = parts.prefix;
  let previous: { key: Uint8Array; tag: bigint } | undefined;
  const count = checkLinks(words, (node) => {
    const place = words[node + PLACE]!;
    const key = arena.bytesOf(place).slice(arena.keyStart(place), arena.keyEnd(place));
    const tag = (BigInt(arena.tagHigh(place)) << 32n) | BigInt(arena.tagLow(place));
    prefix.measure(key, 0, key.length);
    if (words[node + HIGH] !== prefix.high || words[node + LOW] !== prefix.low) {
      fail(node, 'its summary is not that of its key');
    }
    if (previous !== undefined) {
      const order = (compare ?? compareWhole)(previous.key, key);
      if (order > 0) fail(node, 'its key sorts before its predecessor');
      if (order === 0 && previous.tag <= tag) fail(node, 'its tag is not below its predecessor');
    }
    previous = { key, tag };
    if (node % NODE !== 0 || node > parts.size * NODE) fail(node, 'no such handle');
  });
  if (count !== parts.size) fail(0, `there are ${count} nodes, not ${parts.size}`);
}

/** Checks a byte tree's memory as it stands; see {@link checkByteTree}. */
export function checkInvariants(tree: ByteTree, compare?: CompareKeys): void {
  checkByteTree(tree.parts(), compare);
}
