// Goal:   whatever the lengths, the order and the growth, entries are read as they were written.
// Method: the edges of lengths and tags, growth under a walk, every way that keys can drive the
//         prefix, reservations, large values, views, refusals.
import { expect, test, vi } from 'vitest';
import { contents, hex, insert, read, TOP, unhex, utf8 } from '../test/versions.ts';
import { ByteTree, type ByteTreeOptions } from './byte-tree.ts';
import { checkInvariants } from './invariants.ts';
import { KeyPrefix } from './key-prefix.ts';

test.each<[string, string, string]>([
  ['an empty key and value', '', ''],
  ['an empty value', '61', ''],
  ['an empty key', '', '76'],
  ['zeros', '00'.repeat(40), '00'],
  ['ones', 'ff'.repeat(40), 'ff'.repeat(300)],
  ['a key of 3,000 bytes', '61'.repeat(3000), '76'],
  ['a key longer than the longest prefix', '61'.repeat(5000), '76'],
])('keeps %s', (_, key, value) => {
  const tree = new ByteTree({ arenaSize: 16, nodes: 1 });
  insert(tree, unhex(key), TOP, unhex(value));
  insert(tree, unhex(`${key}00`), 0n, unhex(value));
  expect(contents(tree)).toEqual([
    { key, tag: TOP, value },
    { key: `${key}00`, tag: 0n, value },
  ]);
  checkInvariants(tree);
  const bytes = unhex(key);
  expect(tree.findKey(bytes, 0, bytes.length, 0xffffffff, 0xffffffff)).toBe(tree.firstNode());
  expect(tree.findKey(bytes, 0, bytes.length, 0xffffffff, 0xfffffffe)).toBe(0);
});

test('an empty tree has no nodes and finds none', () => {
  const tree = new ByteTree();
  expect([tree.size, tree.byteLength, tree.firstNode(), tree.lastNode()]).toEqual([0, 0, 0, 0]);
  expect(tree.find(utf8('a'), 0, 1, 0, 0)).toBe(0);
  expect(tree.findKey(utf8(''), 0, 0, 0, 0)).toBe(0);
  checkInvariants(tree);
});

test('handles and arrays stay good while the tree grows under a walk', () => {
  const tree = new ByteTree({ arenaSize: 100, nodes: 2 });
  const number = (i: number): Uint8Array => utf8(String(i).padStart(6, '0'));
  for (let i = 0; i < 2000; i += 2) insert(tree, number(i), BigInt(i), number(i));
  const seen: number[] = [];
  for (let node = tree.firstNode(); node !== 0; node = tree.nextNode(node)) {
    const bytes = tree.entryBytes(node);
    const start = tree.valueStart(node);
    const end = tree.valueEnd(node);
    const i = Number(Buffer.from(bytes.slice(start, end)).toString());
    // One ahead of the walk, which it meets, and one behind it.
    if (i % 2 === 0) insert(tree, number(i + 1), BigInt(i + 1), number(i + 1));
    insert(tree, utf8(`!${i}`), 1n, utf8('x'.repeat(50)));
    expect(Buffer.from(bytes.slice(start, end)).toString()).toBe(String(i).padStart(6, '0'));
    seen.push(i);
  }
  expect(seen).toEqual(Array.from({ length: 2000 }, (_, i) => i));
  checkInvariants(tree);
  const back: number[] = [];
  for (let node = tree.lastNode(); node !== 0; node = tree.previousNode(node)) back.push(node);
  expect(back.length).toBe(tree.size);
  expect(new Set(back).size).toBe(4000);
});

test.each<[string, (i: number) => string]>([
  ['ascending digits', (i) => String(i).padStart(16, '0')],
  ['descending digits', (i) => String(99999 - i).padStart(16, '0')],
  ['each key shortens the shared beginning by one byte', (i) => `${'a'.repeat(2000 - i)}b${i}`],
  ['an odd key first', (i) => (i === 0 ? '!' : `users/by-name/${(i * 7919) % 2000}`)],
  ['an odd key now and then', (i) => (i % 50 === 0 ? `${i}` : `users/by-name/${i}`)],
  ['two halves', (i) => `${i < 1000 ? 'users/by-name' : 'posts/by-date'}/${i}`],
  ['beginnings of one another', (i) => 'a'.repeat((i * 7919) % 2000)],
])('adapts the prefix: %s', (_, keyOf) => {
  const tree = new ByteTree({ nodes: 1 });
  const keys: string[] = [];
  for (let i = 0; i < 2000; i++) {
    const key = keyOf(i);
    keys.push(key);
    insert(tree, utf8(key), BigInt(i + 1), utf8(key));
    if (i < 130 || i % 100 === 0) checkInvariants(tree);
  }
  checkInvariants(tree);
  for (const key of keys) {
    const bytes = utf8(key);
    const node = tree.findKey(bytes, 0, bytes.length, 0xffffffff, 0xffffffff);
    expect(node).not.toBe(0);
    expect(read(tree, node).value).toBe(hex(bytes));
    expect(tree.findKey(utf8(`${key}\0`), 0, bytes.length + 1, 1, 1)).toBe(0);
  }
});

test.each<[string, (i: number) => string]>([
  ['each key shortens what all share', (i) => `${'a'.repeat(4000 - i)}b`],
  ['each key lengthens what most share', (i) => `${'a'.repeat(i)}b`],
  ['what the ends share changes at every look', (i) => `${'a'.repeat(i & 1 ? 9 : 4000 - i)}${i}`],
])('an insertion costs a few summaries, however the keys are chosen: %s', (_, keyOf) => {
  const measure = vi.spyOn(KeyPrefix.prototype, 'measure');
  const tree = new ByteTree();
  for (let i = 0; i < 3000; i++) insert(tree, utf8(keyOf(i)), 1n, utf8(''));
  expect(measure.mock.calls.length).toBeLessThan(3000 * 7);
  measure.mockRestore();
  checkInvariants(tree);
});

test('the prefix is what most keys share, whatever a few odd ones look like', () => {
  const tree = new ByteTree();
  insert(tree, utf8('!'), 1n, utf8(''));
  for (let i = 0; i < 1000; i++) insert(tree, utf8(`users/${i}`), 1n, utf8(''));
  insert(tree, utf8('~'), 1n, utf8(''));
  expect(Buffer.from(tree.parts().prefix).toString()).toBe('users/');
});

test('a reservation makes the next insertions certain, and changes nothing else', () => {
  const tree = new ByteTree({ arenaSize: 64, nodes: 1 });
  insert(tree, utf8('a'), 1n, utf8('1'));
  const before = [tree.size, tree.byteLength];
  tree.reserve(3000, 900_000, 1000);
  expect([tree.size, tree.byteLength]).toEqual(before);
  const { nodes, chunks } = tree.parts();
  for (let i = 0; i < 1000; i++)
    insert(tree, utf8(String(i).padStart(3, '0')), 1n, new Uint8Array(i === 7 ? 800_000 : 100));
  expect(tree.parts().nodes).toBe(nodes);
  expect(tree.parts().chunks.length).toBe(chunks.length);
  checkInvariants(tree);
});

test('a reservation that cannot be met changes nothing', () => {
  const tree = new ByteTree();
  insert(tree, utf8('a'), 1n, utf8('1'));
  const parts = tree.parts();
  expect(() => tree.reserve(0, 2 ** 40)).toThrow(RangeError);
  expect(() => tree.reserve(0, 0, 2 ** 28)).toThrow(RangeError);
  expect(tree.parts()).toEqual(parts);
});

test('large entries have buffers of their own, which growth does not copy', () => {
  const tree = new ByteTree({ shared: true });
  const large = new Uint8Array(3_000_000).fill(7);
  for (let i = 0; i < 6; i++) {
    insert(tree, utf8(`small${i}`), 1n, utf8('s'));
    large[0] = i;
    tree.insert(utf8(`large${i}`), 0, 6, 0, 1, large, 0, large.length);
  }
  const lengths = tree.parts().chunks.map((chunk) => chunk.buffer.byteLength);
  expect(lengths.filter((length) => length >= 3_000_000 && length < 3_000_100).length).toBe(6);
  expect(lengths.length).toBe(7);
  for (let i = 0; i < 6; i++) {
    const node = tree.findKey(utf8(`large${i}`), 0, 6, 0, 1);
    const at = tree.valueStart(node);
    expect(tree.valueEnd(node) - at).toBe(3_000_000);
    expect(tree.entryBytes(node)[at]).toBe(i);
    expect(tree.entryBytes(node)[at + 2_999_999]).toBe(7);
  }
  checkInvariants(tree);
});

test('takes a value of 512 MiB', () => {
  const tree = new ByteTree();
  const length = 512 * 1024 * 1024;
  const value = new Uint8Array(length);
  value[length - 1] = 9;
  tree.reserve(1, length);
  tree.insert(utf8('k'), 0, 1, 0, 1, value, 0, length);
  insert(tree, utf8('l'), 1n, utf8('after'));
  const node = tree.firstNode();
  expect(tree.valueEnd(node) - tree.valueStart(node)).toBe(length);
  expect(tree.entryBytes(node)[tree.valueEnd(node) - 1]).toBe(9);
  expect(read(tree, tree.lastNode()).value).toBe(hex(utf8('after')));
});

test('a view reads what was there when the parts were taken, and refuses to write', () => {
  const tree = new ByteTree({ shared: true, arenaSize: 64, nodes: 4 });
  for (let i = 0; i < 300; i++) insert(tree, utf8(`key${i}`), BigInt(i), utf8(`value${i}`));
  for (const parts of [tree.parts(), structuredClone(new ByteTree().parts())]) {
    const view = ByteTree.fromParts(parts);
    expect(view.size).toBe(parts.size);
    expect(() => insert(view, utf8('a'), 1n, utf8(''))).toThrow(/view for reading/);
    expect(() => view.reserve(1, 1)).toThrow(TypeError);
  }
  const view = ByteTree.fromParts(tree.parts());
  expect(contents(view)).toEqual(contents(tree));
  expect(view.byteLength).toBe(tree.byteLength);
  expect(view.parts()).toEqual(tree.parts());
  checkInvariants(view);
});

test('parts of a tree that is not shared can be cloned too', () => {
  const tree = new ByteTree();
  for (let i = 0; i < 50; i++) insert(tree, utf8(`key${i}`), BigInt(i), utf8(`value${i}`));
  const view = ByteTree.fromParts(structuredClone(tree.parts()));
  insert(tree, utf8('later'), 1n, utf8(''));
  expect(view.size).toBe(50);
  expect(contents(view)).toEqual(contents(tree).filter((v) => v.key !== hex(utf8('later'))));
});

test('a view needs the compare of its tree, and no other', () => {
  const compare = (a: Uint8Array, b: Uint8Array): number => b.length - a.length;
  const tree = new ByteTree({ compare });
  insert(tree, utf8('a'), 1n, utf8(''));
  insert(tree, utf8('aa'), 1n, utf8(''));
  expect(contents(ByteTree.fromParts(tree.parts(), compare)).map((v) => v.key)).toEqual([
    '6161',
    '61',
  ]);
  expect(() => ByteTree.fromParts(tree.parts())).toThrow(/needs its compare/);
  expect(() => ByteTree.fromParts(new ByteTree().parts(), compare)).toThrow(/has no compare/);
  expect(() => ByteTree.fromParts({ ...tree.parts(), size: 1e6 }, compare)).toThrow(RangeError);
});

test('refuses a compare that returns NaN', () => {
  const tree = new ByteTree({ compare: () => Number.NaN });
  insert(tree, utf8('a'), 1n, utf8(''));
  expect(() => insert(tree, utf8('b'), 1n, utf8(''))).toThrow('compare returned NaN');
  expect(tree.size).toBe(1);
});

test.each<[string, (tree: ByteTree) => void, RegExp]>([
  [
    'a key range behind its array',
    (t) => t.insert(utf8('k'), 0, 2, 0, 1, utf8('v'), 0, 1),
    /key range \[0, 2\)/,
  ],
  [
    'a key range that ends before it begins',
    (t) => t.insert(utf8('k'), 1, 0, 0, 1, utf8('v'), 0, 1),
    /key range/,
  ],
  ['a negative start', (t) => t.find(utf8('k'), -1, 1, 0, 1), /key range \[-1, 1\)/],
  ['NaN', (t) => t.findKey(utf8('k'), 0, Number.NaN, 0, 1), /key range/],
  [
    'a value range behind its array',
    (t) => t.insert(utf8('k'), 0, 1, 0, 1, utf8('v'), 0, 9),
    /value range/,
  ],
  ['a negative reservation', (t) => t.reserve(-1, 0), /keyLength/],
  ['half an entry', (t) => t.reserve(1, 0, 0.5), /entries/],
])('refuses %s', (_, call, message) => {
  const tree = new ByteTree();
  expect(() => call(tree)).toThrow(message);
  expect(() => call(tree)).toThrow(RangeError);
  expect(tree.size).toBe(0);
});

test.each<[string, ByteTreeOptions]>([
  ['arenaSize', { arenaSize: 0 }],
  ['arenaSize', { arenaSize: Number.NaN }],
  ['nodes', { nodes: -1 }],
  ['nodes', { nodes: 2 ** 40 }],
])('refuses a bad %s', (name, options) => {
  expect(() => new ByteTree(options)).toThrow(new RegExp(`^${name} must be an integer`));
});
