// Goal:   every shape of tree that insertions and deletions can meet stays red-black.
// Method: all permutations of few keys, inserted and removed in every order, checked after each
//         step; then random sequences on larger trees. No keys are needed: a node's position is its
//         key.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkLinks } from './invariants.ts';
import {
  firstNode,
  LEFT,
  lastNode,
  linkNode,
  nextNode,
  PARENT,
  previousNode,
  RED,
  RIGHT,
  unlinkNode,
} from './rebalance.ts';

const STRIDE = 4;

/** Inserts the node of number `n`, ordered by its number. */
function add(links: Int32Array, n: number): void {
  let parent = 0;
  let side = LEFT;
  for (let node = links[LEFT]!; node !== 0; node = links[node + side]!) {
    parent = node;
    side = n * STRIDE < node ? LEFT : RIGHT;
  }
  linkNode(links, n * STRIDE, parent, side);
}

/** Checks a tree and returns its numbers in order. */
function numbers(links: Int32Array): number[] {
  const list: number[] = [];
  checkLinks(links, (node) => list.push(node / STRIDE));
  return list;
}

function permutations(list: number[]): number[][] {
  if (list.length < 2) return [list];
  return list.flatMap((n, i) => permutations(list.toSpliced(i, 1)).map((rest) => [n, ...rest]));
}

test('every order of inserting six nodes, each followed by every single deletion', () => {
  for (const order of permutations([1, 2, 3, 4, 5, 6])) {
    const links = new Int32Array(7 * STRIDE);
    const present: number[] = [];
    for (const n of order) {
      add(links, n);
      present.push(n);
      expect(numbers(links)).toEqual(present.toSorted());
    }
    for (let n = 1; n <= 6; n++) {
      const copy = links.slice();
      unlinkNode(copy, n * STRIDE);
      expect(numbers(copy)).toEqual([1, 2, 3, 4, 5, 6].filter((other) => other !== n));
    }
  }
});

test('every order of deleting seven nodes', () => {
  const full = new Int32Array(8 * STRIDE);
  for (const n of [4, 2, 6, 1, 3, 5, 7]) add(full, n);
  for (const order of permutations([1, 2, 3, 4, 5, 6, 7])) {
    const links = full.slice();
    let left = [1, 2, 3, 4, 5, 6, 7];
    for (const n of order) {
      unlinkNode(links, n * STRIDE);
      left = left.filter((other) => other !== n);
      if (numbers(links).join() !== left.join()) throw new Error(`wrong after ${n} of ${order}`);
    }
  }
});

test('random insertions and deletions, checked after each', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 300 }), (steps) => {
      const links = new Int32Array(61 * STRIDE);
      const present = new Set<number>();
      for (const n of steps) {
        if (present.delete(n)) unlinkNode(links, n * STRIDE);
        else {
          present.add(n);
          add(links, n);
        }
        expect(numbers(links)).toEqual([...present].sort((a, b) => a - b));
      }
    }),
    { numRuns: 60 },
  );
});

test('walks both ways, and ends at both ends', () => {
  const links = new Int32Array(101 * STRIDE);
  expect([firstNode(links), lastNode(links)]).toEqual([0, 0]);
  for (let n = 1; n <= 100; n++) add(links, (n * 37) % 101);
  const up: number[] = [];
  for (let node = firstNode(links); node !== 0; node = nextNode(links, node)) up.push(node);
  const down: number[] = [];
  for (let node = lastNode(links); node !== 0; node = previousNode(links, node)) down.push(node);
  expect(up).toEqual(Array.from({ length: 100 }, (_, i) => (i + 1) * STRIDE));
  expect(down).toEqual(up.toReversed());
});

test('ascending insertions keep the height below twice the logarithm', () => {
  const count = 1023;
  const links = new Int32Array((count + 1) * STRIDE);
  for (let n = 1; n <= count; n++) add(links, n);
  const height = (node: number): number =>
    node === 0 ? 0 : 1 + Math.max(height(links[node + LEFT]!), height(links[node + RIGHT]!));
  expect(height(links[LEFT]!)).toBeLessThanOrEqual(20);
});

test.each<[string, (links: Int32Array, root: number) => void, RegExp]>([
  ['a red root', (l, root) => (l[root + PARENT]! |= RED), /the root is red/],
  ['a wrong parent', (l, root) => (l[l[root]! + PARENT]! ^= 8), /its parent is not/],
  ['a lost black node', (l, root) => (l[root + LEFT] = 0), /black heights/],
  [
    'two reds in a row',
    (l, root) => {
      l[l[root]! + PARENT]! |= RED;
      l[l[l[root]!]! + PARENT]! |= RED;
    },
    /a red node has a red child/,
  ],
])('the check finds %s', (_, damage, message) => {
  const links = new Int32Array(21 * STRIDE);
  for (let n = 1; n <= 20; n++) add(links, n);
  damage(links, links[LEFT]!);
  expect(() => checkLinks(links)).toThrow(message);
});
