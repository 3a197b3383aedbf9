// Goal:   a tree that was cleared is as good as a new one, in the memory that it had.
// Method: the same entries into a new tree and into a cleared one, whatever that held before;
//         which buffers are kept; what is protected.
import { expect, test } from 'vitest';
import { contents, insert, utf8 } from '../test/versions.ts';
import { ByteTree } from './byte-tree.ts';
import { checkInvariants } from './invariants.ts';

const ALL = Number.MAX_SAFE_INTEGER;

function fill(tree: ByteTree, count: number, prefix: string, valueLength: number): void {
  for (let i = 0; i < count; i++) {
    const key = `${prefix}${(i * 7919) % 10007}`;
    insert(tree, utf8(key), BigInt(i + 1), utf8(`${key}!`.padEnd(valueLength, '.')));
  }
}

test.each<[string, (tree: ByteTree) => void]>([
  ['nothing', () => {}],
  ['fewer entries', (tree) => fill(tree, 10, 'a', 10)],
  ['more entries, of another prefix', (tree) => fill(tree, 3000, 'somewhere/else/', 30)],
  ['a large value', (tree) => insert(tree, utf8('k'), 1n, new Uint8Array(3 << 20).fill(7))],
])('after %s a cleared tree holds what a new one does', (_, before) => {
  const tree = new ByteTree({ shared: true, arenaSize: 5000, nodes: 4 });
  for (let round = 0; round < 3; round++) {
    before(tree);
    tree.clear(round === 0 ? ALL : 100_000);
    expect([tree.size, tree.byteLength, tree.firstNode(), tree.lastNode()]).toEqual([0, 0, 0, 0]);
    checkInvariants(tree);
    const fresh = new ByteTree({ nodes: 4 });
    for (const one of [tree, fresh]) {
      fill(one, 500, 'users/', 20);
      insert(one, utf8('large'), 1n, new Uint8Array(2 << 20).fill(9));
      fill(one, 700, 'posts/', 20);
    }
    expect(contents(tree)).toEqual(contents(fresh));
    checkInvariants(tree);
    // A reader in another thread sees it too.
    expect(contents(ByteTree.fromParts(tree.parts()))).toEqual(contents(fresh));
    tree.clear(ALL);
  }
});

test('the same buffers are filled again, and no others are made', () => {
  const tree = new ByteTree({ arenaSize: 4096, nodes: 4 });
  fill(tree, 2000, 'k', 40);
  const { capacity } = tree;
  const { nodes, chunks } = tree.parts();
  for (let round = 0; round < 3; round++) {
    tree.clear(ALL);
    fill(tree, 2000, 'k', 40);
    expect(tree.capacity).toBe(capacity);
    expect(tree.parts().nodes).toBe(nodes);
    expect(tree.parts().chunks).toEqual(chunks);
  }
});

test('no more memory is kept than was said', () => {
  const tree = new ByteTree({ arenaSize: 4096, nodes: 4 });
  fill(tree, 2000, 'k', 100);
  tree.clear(100_000);
  expect(tree.capacity).toBeGreaterThan(64_000);
  expect(tree.capacity).toBeLessThanOrEqual(100_000);
  tree.clear(0);
  expect(tree.capacity).toBeLessThanOrEqual(64);
  fill(tree, 100, 'k', 100);
  expect(tree.size).toBe(100);
});

test('everything is protected again; a view for reading cannot be cleared', () => {
  const tree = new ByteTree();
  tree.protectNothing();
  insert(tree, utf8('a'), 1n, utf8('1'));
  insert(tree, utf8('a'), 2n, utf8('2'));
  expect(tree.size).toBe(1);
  tree.clear(ALL);
  insert(tree, utf8('a'), 1n, utf8('1'));
  insert(tree, utf8('a'), 2n, utf8('2'));
  expect(tree.size).toBe(2);
  expect(() => ByteTree.fromParts(tree.parts()).clear(ALL)).toThrow(TypeError);
});
