// Goal:   ByteTree is a sorted list of versions, and never touches one that a reader may see.
// Method: random commands on the tree and on a sorted array side by side, every rule of the tree
//         checked after each; then the edges: lengths, tags, growth, prefixes, refusals.
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ByteTree, type ByteTreeOptions } from './byte-tree.ts';
import { checkInvariants } from './invariants.ts';
import { KeyPrefix } from './key-prefix.ts';

const TOP = 2n ** 64n - 1n;
const EVERYTHING = TOP;
const NOTHING = -1n;

interface Version {
  readonly key: string;
  tag: bigint;
  value: string;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const halves = (tag: bigint): [number, number] => [Number(tag >> 32n), Number(tag & 0xffffffffn)];
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Inserts with ranges that do not begin at 0, so that a forgotten start shows. */
function insert(tree: ByteTree, key: Uint8Array, tag: bigint, value: Uint8Array): void {
  const keys = new Uint8Array(key.length + 3).fill(0xee);
  keys.set(key, 2);
  const values = new Uint8Array(value.length + 3).fill(0xdd);
  values.set(value, 1);
  const [high, low] = halves(tag);
  tree.insert(keys, 2, keys.length - 1, high, low, values, 1, values.length - 2);
}

function read(tree: ByteTree, node: number): Version {
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

function contents(tree: ByteTree): Version[] {
  const list: Version[] = [];
  for (let node = tree.firstNode(); node !== 0; node = tree.nextNode(node)) {
    list.push(read(tree, node));
  }
  return list;
}

/** The same tree the slow way. */
class Model {
  list: Version[] = [];
  protect = EVERYTHING;
  readonly compare: (a: string, b: string) => number;
  constructor(compare: (a: string, b: string) => number = (a, b) => (a < b ? -1 : a > b ? 1 : 0)) {
    this.compare = compare;
  }
  /** Returns false where the tree must refuse. */
  insert(key: string, tag: bigint, value: string): boolean {
    const versions = this.list.filter((v) => this.compare(v.key, key) === 0);
    const same = versions.find((v) => v.tag === tag);
    if (same !== undefined && tag <= this.protect) return false;
    const newest = versions[0];
    let gone = same;
    if (newest !== undefined && newest.tag > this.protect && newest.tag < tag) gone = newest;
    this.list = this.list.filter((v) => v !== gone);
    this.list.push({ key, tag, value });
    this.list.sort((a, b) => this.compare(a.key, b.key) || (a.tag < b.tag ? 1 : -1));
    return true;
  }
  find(key: string, tag: bigint): Version | undefined {
    return this.list.find(
      (v) => this.compare(v.key, key) > 0 || (this.compare(v.key, key) === 0 && v.tag <= tag),
    );
  }
}

// Keys that share beginnings, are beginnings of one another, and are runs of the extreme bytes.
const BYTE = fc.constantFrom(0x00, 0x41, 0x61, 0x62, 0xff);
const TAIL = fc.oneof(
  { weight: 3, arbitrary: fc.array(BYTE, { maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(BYTE, { maxLength: 4 }) },
);
const HEAD = fc.constantFrom(
  '',
  '61',
  '616161616161',
  '61616161616161616161',
  '00000000000000000000',
  'ffffffffffffffffffff',
  '62',
);
const KEY = fc.tuple(HEAD, TAIL).map(([head, tail]) => head + hex(Uint8Array.from(tail)));
const TAG = fc.oneof(
  { weight: 5, arbitrary: fc.bigInt({ min: 0n, max: 12n }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(TOP, TOP - 1n, 2n ** 63n, 2n ** 32n, 2n ** 32n - 1n, 2n ** 31n),
  },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: TOP }) },
);
const VALUE = fc
  .oneof(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ minLength: 60, maxLength: 120 }))
  .map(hex);
const COMMAND = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('insert' as const), key: KEY, tag: TAG, value: VALUE }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('find' as const), key: KEY, tag: TAG }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('protect' as const),
      tag: fc.oneof(TAG, fc.constant(NOTHING)),
    }),
  },
);
type Command = typeof COMMAND extends fc.Arbitrary<infer C> ? C : never;

function run(
  tree: ByteTree,
  model: Model,
  command: Command,
  compare?: ByteTreeOptions['compare'],
): void {
  if (command.do === 'protect') {
    model.protect = command.tag;
    if (command.tag === NOTHING) tree.protectNothing();
    else tree.protect(...halves(command.tag));
    return;
  }
  const { key, tag } = command;
  const bytes = unhex(key);
  if (command.do === 'insert') {
    const before = tree.byteLength;
    if (model.insert(key, tag, command.value)) insert(tree, bytes, tag, unhex(command.value));
    else
      expect(() => insert(tree, bytes, tag, unhex(command.value))).toThrow(
        /is there and protected/,
      );
    expect(tree.byteLength).toBeGreaterThanOrEqual(before);
    checkInvariants(tree, compare);
    expect(contents(tree)).toEqual(model.list);
    expect(tree.size).toBe(model.list.length);
    return;
  }
  const at = tree.find(bytes, 0, bytes.length, ...halves(tag));
  const want = model.find(key, tag);
  expect(at === 0 ? undefined : read(tree, at)).toEqual(want);
  const exact = tree.findKey(bytes, 0, bytes.length, ...halves(tag));
  const wantExact = want !== undefined && model.compare(want.key, key) === 0 ? want : undefined;
  expect(exact === 0 ? undefined : read(tree, exact)).toEqual(wantExact);
}

test('does what a sorted array does, in the order of bytes', () => {
  fc.assert(
    fc.property(fc.array(COMMAND, { maxLength: 80 }), fc.boolean(), (commands, shared) => {
      const tree = new ByteTree({ shared, arenaSize: 64, nodes: 1 });
      const model = new Model();
      for (const command of commands) run(tree, model, command);
    }),
    { numRuns: 150 },
  );
});

test('does what a sorted array does, in an order of its own', () => {
  // By length, then by bytes without the sixth bit: so different keys can be the same.
  const fold = (key: string): string => hex(unhex(key).map((byte) => byte & ~0x20));
  const compareText = (a: string, b: string): number =>
    a.length - b.length || (fold(a) < fold(b) ? -1 : fold(a) > fold(b) ? 1 : 0);
  const compare = (a: Uint8Array, b: Uint8Array): number => compareText(hex(a), hex(b));
  fc.assert(
    fc.property(fc.array(COMMAND, { maxLength: 50 }), (commands) => {
      const tree = new ByteTree({ compare, arenaSize: 64, nodes: 1 });
      const model = new Model(compareText);
      for (const command of commands) run(tree, model, command, compare);
    }),
    { numRuns: 60 },
  );
});

test('a protected version is never changed, a newer one is, in its node and place', () => {
  const tree = new ByteTree();
  const key = utf8('k');
  insert(tree, key, 5n, utf8('five'));
  insert(tree, key, 7n, utf8('seven'));
  expect(contents(tree).map((v) => v.tag)).toEqual([7n, 5n]);
  tree.protect(0, 6);
  const node = tree.firstNode();
  const { byteLength } = tree;
  insert(tree, key, 9n, utf8('nine'));
  expect(tree.firstNode()).toBe(node);
  expect(contents(tree)).toEqual([
    { key: '6b', tag: 9n, value: hex(utf8('nine')) },
    { key: '6b', tag: 5n, value: hex(utf8('five')) },
  ]);
  // Shorter, then longer up to the room of the first value: still the same place.
  insert(tree, key, 10n, utf8(''));
  insert(tree, key, 11n, utf8('eleve'));
  expect(tree.byteLength).toBe(byteLength);
  // Too long: a new place, which counts; the node stays.
  insert(tree, key, 12n, utf8('x'.repeat(500)));
  expect(tree.firstNode()).toBe(node);
  expect(tree.byteLength).toBeGreaterThanOrEqual(byteLength + 500);
  expect(contents(tree).map((v) => v.value.length / 2)).toEqual([500, 4]);
  // The protected tag itself counts as protected.
  tree.protect(0, 12);
  insert(tree, key, 13n, utf8('13'));
  expect(contents(tree).map((v) => v.tag)).toEqual([13n, 12n, 5n]);
  expect(() => insert(tree, key, 12n, utf8('no'))).toThrow(RangeError);
  expect(contents(tree)[1]!.value.length / 2).toBe(500);
  // A version older than the newest never takes its node.
  tree.protectNothing();
  insert(tree, key, 8n, utf8('8'));
  expect(contents(tree).map((v) => v.tag)).toEqual([13n, 12n, 8n, 5n]);
  checkInvariants(tree);
});

test('a value that is replaced never reaches into the next entry', () => {
  for (let length = 0; length < 9; length++) {
    for (let longer = 0; longer < 9; longer++) {
      const tree = new ByteTree();
      tree.protectNothing();
      insert(tree, utf8('a'), 1n, new Uint8Array(length));
      insert(tree, utf8('b'), 1n, utf8('next'));
      insert(tree, utf8('a'), 2n, new Uint8Array(length + longer).fill(0xff));
      expect(contents(tree)).toEqual([
        { key: '61', tag: 2n, value: 'ff'.repeat(length + longer) },
        { key: '62', tag: 1n, value: hex(utf8('next')) },
      ]);
    }
  }
});

test('keys that an order of its own calls the same: the newest bytes stay', () => {
  const tree = new ByteTree({ compare: (a, b) => (a[0]! & 0x5f) - (b[0]! & 0x5f) });
  insert(tree, utf8('a'), 1n, utf8('1'));
  insert(tree, utf8('A'), 2n, utf8('2'));
  expect(contents(tree).map((v) => v.key)).toEqual(['41', '61']);
  tree.protect(0, 1);
  insert(tree, utf8('ab'), 3n, utf8('3'));
  expect(contents(tree).map((v) => v.key)).toEqual(['6162', '61']);
});

test('protects by all 64 bits of the tag', () => {
  const tree = new ByteTree();
  tree.protect(0x80000000, 0);
  insert(tree, utf8('a'), 2n ** 63n, utf8('kept'));
  insert(tree, utf8('a'), 2n ** 63n + 1n, utf8('gone'));
  insert(tree, utf8('a'), 2n ** 63n + 2n ** 32n, utf8('new'));
  expect(contents(tree).map((v) => v.tag)).toEqual([2n ** 63n + 2n ** 32n, 2n ** 63n]);
});

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
