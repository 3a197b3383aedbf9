// Goal:   RedBlackTree is a sorted Map, whatever happens in whatever order, iterators included.
// Method: random commands on the tree and on a sorted array side by side, colours checked after
//         each; then each rule of iteration and each refusal by itself.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkLinks } from './invariants.ts';
import { linksOf, RedBlackTree } from './red-black-tree.ts';
import type { TreeRange } from './tree-range.ts';

/** The same map the slow way. */
class Model {
  list: [number, number][] = [];
  set(key: number, value: number): void {
    this.delete(key);
    this.list.push([key, value]);
    this.list.sort((a, b) => a[0] - b[0]);
  }
  delete(key: number): boolean {
    const before = this.list.length;
    this.list = this.list.filter(([k]) => k !== key);
    return this.list.length < before;
  }
  entries({ gte, gt, lt, lte, reverse }: TreeRange<number>): [number, number][] {
    const found = this.list.filter(
      ([k]) =>
        (gte === undefined || k >= gte) &&
        (gt === undefined || k > gt) &&
        (lt === undefined || k < lt) &&
        (lte === undefined || k <= lte),
    );
    return reverse === true ? found.reverse() : found;
  }
}

const KEY = fc.integer({ min: 0, max: 20 });
const BOUND = fc.option(fc.integer({ min: -1, max: 21 }), { nil: undefined });
const RANGE: fc.Arbitrary<TreeRange<number>> = fc
  .tuple(BOUND, fc.boolean(), BOUND, fc.boolean(), fc.boolean())
  .map(([low, atLow, high, atHigh, reverse]) => ({
    ...(atLow ? { gte: low } : { gt: low }),
    ...(atHigh ? { lte: high } : { lt: high }),
    reverse,
  }));
const COMMAND = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set' as const), key: KEY, value: KEY }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key: KEY }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('range' as const), range: RANGE }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const), key: BOUND }) },
);

test('does what a sorted array does, staying red-black', () => {
  fc.assert(
    fc.property(fc.array(COMMAND, { maxLength: 150 }), (commands) => {
      const tree = new RedBlackTree<number, number>();
      const model = new Model();
      for (const command of commands) {
        if (command.do === 'set') {
          expect(tree.set(command.key, command.value)).toBe(tree);
          model.set(command.key, command.value);
        } else if (command.do === 'delete') {
          expect(tree.delete(command.key)).toBe(model.delete(command.key));
        } else if (command.do === 'range') {
          expect([...tree.entries(command.range)]).toEqual(model.entries(command.range));
        } else if (command.key !== undefined) {
          const key = command.key;
          expect(tree.get(key)).toBe(model.list.find(([k]) => k === key)?.[1]);
          expect(tree.has(key)).toBe(model.list.some(([k]) => k === key));
          expect(tree.lowerBound(key)).toEqual(model.list.find(([k]) => k >= key));
          expect(tree.upperBound(key)).toEqual(model.list.find(([k]) => k > key));
        }
        expect(checkLinks(linksOf(tree))).toBe(model.list.length);
        expect(tree.size).toBe(model.list.length);
        expect([tree.min(), tree.max()]).toEqual([model.list[0], model.list.at(-1)]);
      }
      expect([...tree]).toEqual(model.list);
    }),
    { numRuns: 100 },
  );
});

test.each<[TreeRange<number>, number[]]>([
  [{}, [1, 2, 3, 4]],
  [{ gte: 2 }, [2, 3, 4]],
  [{ gt: 2 }, [3, 4]],
  [{ lte: 3 }, [1, 2, 3]],
  [{ lt: 3 }, [1, 2]],
  [{ gt: 1, lt: 4 }, [2, 3]],
  [{ gte: 2.5, lte: 2.5 }, []],
  [{ gt: 4 }, []],
  [{ lt: 1 }, []],
  [{ gte: 3, lt: 2 }, []],
])('the range %j, both ways', (range, keys) => {
  const tree = new RedBlackTree<number, string>();
  for (const key of [3, 1, 4, 2]) tree.set(key, `v${key}`);
  expect([...tree.keys(range)]).toEqual(keys);
  expect([...tree.keys({ ...range, reverse: true })]).toEqual(keys.toReversed());
  expect([...tree.values(range)]).toEqual(keys.map((key) => `v${key}`));
});

test('an iterator under way meets what stays and what is added ahead, not what is deleted', () => {
  const change = fc.record({ key: KEY, remove: fc.boolean() });
  fc.assert(
    fc.property(
      fc.uniqueArray(KEY, { minLength: 1 }),
      fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 40 }),
      fc.boolean(),
      (start, changes, reverse) => {
        const tree = new RedBlackTree<number, number>();
        for (const key of start) tree.set(key, key);
        const model = new Set(start);
        const walk = tree.keys({ reverse });
        let last: number | undefined;
        for (const step of changes) {
          const ahead = [...model].filter(
            (key) => last === undefined || (reverse ? key < last : key > last),
          );
          const want = ahead.sort((a, b) => (reverse ? b - a : a - b))[0];
          const { value, done } = walk.next();
          expect(value).toBe(want);
          if (done === true) break;
          last = value;
          for (const { key, remove } of step) {
            if (remove) {
              tree.delete(key);
              model.delete(key);
            } else {
              tree.set(key, key);
              model.add(key);
            }
            checkLinks(linksOf(tree));
          }
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('several iterators survive that the loop deletes everything it sees', () => {
  const tree = new RedBlackTree<number, string>();
  for (let i = 0; i < 500; i++) tree.set((i * 211) % 500, `v${i}`);
  const other = tree.keys();
  expect(other.next().value).toBe(0);
  const seen: number[] = [];
  for (const [key] of tree) {
    seen.push(key);
    tree.delete(key);
    checkLinks(linksOf(tree));
    tree.set(key + 0.5, 'ahead');
    tree.delete(key + 0.5);
  }
  expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => i));
  expect(tree.size).toBe(0);
  expect(other.next()).toEqual({ done: true, value: undefined });
  tree.set(1000, 'late');
  expect(other.next()).toEqual({ done: true, value: undefined });
});

test('clear() empties the tree under an iterator', () => {
  const tree = new RedBlackTree<number, number>().set(1, 1).set(2, 2);
  const walk = tree.values();
  walk.next();
  tree.clear();
  expect([walk.next().done, tree.size, tree.min(), [...tree]]).toEqual([true, 0, undefined, []]);
  tree.set(3, 3);
  expect([...tree]).toEqual([[3, 3]]);
});

test('return() ends an iteration, and a loop that breaks calls it', () => {
  const tree = new RedBlackTree<number, number>().set(1, 1).set(2, 2);
  const walk = tree.keys();
  for (const key of walk) {
    expect(key).toBe(1);
    break;
  }
  expect(walk.next()).toEqual({ done: true, value: undefined });
});

test('used nodes are used again: the links do not grow', () => {
  const tree = new RedBlackTree<number, number>();
  for (let i = 0; i < 1000; i++) {
    tree.set(i, i);
    tree.delete(i - 3);
  }
  expect(linksOf(tree).length).toBe(36);
});

test.each<[string, unknown[]]>([
  ['numbers', [-Infinity, -1.5, 0, 2, 10, Infinity]],
  ['strings by UTF-16 units', ['', 'B', 'a', 'aa', '\u{1f600}', '\uffff']],
  ['bigints', [-(2n ** 70n), 0n, 2n ** 70n]],
  ['dates', [new Date(-1), new Date(0), new Date(99)]],
])('sorts %s', (_, sorted) => {
  const tree = new RedBlackTree<unknown, number>();
  for (const [i, key] of [...sorted.entries()].reverse()) tree.set(key, i);
  expect([...tree.keys()]).toEqual(sorted);
  expect(tree.get(sorted[1])).toBe(1);
});

test.each<[string, unknown, unknown]>([
  ['a number and a string', 1, 'a'],
  ['a number and a bigint', 1, 1n],
  ['a date and a number', new Date(0), 1],
  ['NaN', 1, Number.NaN],
  ['an invalid date', new Date(0), new Date(Number.NaN)],
  ['null', 1, null],
  ['an array', 1, [1]],
])('refuses %s, first or second', (_, a, b) => {
  const tree = new RedBlackTree<unknown, number>().set(a, 1);
  expect(() => tree.set(b, 2)).toThrow(TypeError);
  expect(() => tree.get(b)).toThrow(TypeError);
  expect([...tree.values()]).toEqual([1]);
});

test.each([Number.NaN, undefined, null, true, Symbol('s'), {}, [1], new Date(Number.NaN)])(
  'refuses %s as the first key',
  (key) => {
    const tree = new RedBlackTree<unknown, number>();
    expect(() => tree.set(key, 1)).toThrow(TypeError);
    expect(tree.size).toBe(0);
  },
);

test('takes any keys with a compare of its own, undefined included', () => {
  const tree = new RedBlackTree<number | undefined, string>((a, b) => (b ?? 0) - (a ?? 0));
  tree.set(1, 'one').set(undefined, 'none').set(-1, 'minus');
  expect([...tree.values()]).toEqual(['one', 'none', 'minus']);
  const seen: (number | undefined)[] = [];
  for (const key of tree.keys()) {
    seen.push(key);
    tree.delete(key);
  }
  expect(seen).toEqual([1, undefined, -1]);
});

test('refuses a compare that is no function, or that returns NaN', () => {
  expect(() => new RedBlackTree('a' as never)).toThrow(TypeError);
  const tree = new RedBlackTree<number, number>(() => Number.NaN);
  expect(() => tree.set(1, 1)).toThrow('compare returned NaN');
});

test('refuses two bounds of one kind', () => {
  const tree = new RedBlackTree<number, number>();
  expect(() => tree.entries({ gte: 1, gt: 1 })).toThrow(RangeError);
  expect(() => tree.keys({ lte: 1, lt: 1 })).toThrow(RangeError);
});

test('forEach() gives value, key and tree, with the given this', () => {
  const tree = new RedBlackTree<string, number>().set('b', 2).set('a', 1);
  const seen: unknown[] = [];
  tree.forEach(function (this: unknown, ...all) {
    seen.push([this, ...all]);
  }, 'me');
  expect(seen).toEqual([
    ['me', 1, 'a', tree],
    ['me', 2, 'b', tree],
  ]);
});
