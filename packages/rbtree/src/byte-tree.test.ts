// Goal:   ByteTree is a sorted list of versions, and never touches one that a reader may see.
// Method: random commands on the tree and on a sorted array side by side, every rule of the tree
//         checked after each; then the rules of protection one by one.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  contents,
  halves,
  hex,
  insert,
  read,
  TOP,
  unhex,
  utf8,
  type Version,
} from '../test/versions.ts';
import { ByteTree, type ByteTreeOptions } from './byte-tree.ts';
import { checkInvariants } from './invariants.ts';

const EVERYTHING = TOP;
const NOTHING = -1n;

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
