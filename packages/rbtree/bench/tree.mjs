// Measures ByteTree and RedBlackTree on dist: `node packages/rbtree/bench/tree.mjs [filter]`.
// Each figure is the median of several trees, in microseconds an operation.
import { ByteTree, RedBlackTree } from '../dist/index.js';

const VALUE = new Uint8Array(100).fill(0x76);
const encoder = new TextEncoder();

/** A small generator, so that every run sees the same keys. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x100000000;
  };
}

function shuffled(count, seed) {
  const next = random(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Kinds of keys: each makes the i-th key, in order where i counts. */
const KINDS = {
  'digits, 16': (i) => String(i * 7).padStart(16, '0'),
  'random bytes, 16': (i) => {
    const next = random(i + 1);
    return Uint8Array.from({ length: 16 }, () => next() * 256);
  },
  'user:… + one odd key': (i) => (i === 0 ? '!odd' : `user:${String(i).padStart(11, '0')}`),
  'five groups': (i) =>
    `${['post', 'user', 'like', 'page', 'mail'][i % 5]}:${String(i).padStart(11, '0')}`,
  paths: (i) => `packages/module-${i % 97}/src/folder-${i % 1009}/file-${i}.ts`,
};

function packed(count, kind) {
  const keys = Array.from({ length: count }, (_, i) => {
    const key = KINDS[kind](i);
    return typeof key === 'string' ? encoder.encode(key) : key;
  });
  const offsets = new Int32Array(count + 1);
  keys.forEach((key, i) => {
    offsets[i + 1] = offsets[i] + key.length;
  });
  const bytes = new Uint8Array(offsets[count]);
  for (const [i, key] of keys.entries()) bytes.set(key, offsets[i]);
  return { bytes, offsets, count };
}

function fill({ bytes, offsets, count }, order, options) {
  const tree = new ByteTree(options);
  for (let n = 0; n < count; n++) {
    const i = order[n];
    tree.insert(bytes, offsets[i], offsets[i + 1], 0, n + 1, VALUE, 0, 100);
  }
  return tree;
}

function time(work, per) {
  const start = performance.now();
  const result = work();
  return [((performance.now() - start) * 1000) / per, result];
}

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
let sink = 0;
const ROUNDS = 5;

/** Looks every key up, in the given order, and reads the first byte of its value if it is there. */
function lookUp(tree, { offsets, count }, bytes, order) {
  for (let n = 0; n < count; n++) {
    const i = order[n];
    const node = tree.findKey(bytes, offsets[i], offsets[i + 1], 0xffffffff, 0xffffffff);
    if (node !== 0) sink += tree.entryBytes(node)[tree.valueStart(node)];
  }
}

/** The same bytes with the last one of each key changed. */
function absent({ bytes, offsets, count }) {
  const probe = bytes.slice();
  for (let i = 1; i <= count; i++) probe[offsets[i] - 1] ^= 0x80;
  return probe;
}

function overwrite(tree, { bytes, offsets, count }, order) {
  tree.protectNothing();
  for (let n = 0; n < count; n++) {
    const i = order[n];
    tree.insert(bytes, offsets[i], offsets[i + 1], 1, n, VALUE, 0, 100);
  }
}

function walk(tree) {
  for (let n = tree.firstNode(); n !== 0; n = tree.nextNode(n)) sink += tree.valueEnd(n);
}

function report(name, count, figures) {
  const cells = Object.values(figures).map((list) => median(list).toFixed(2).padStart(10));
  console.log(`${name.padEnd(22)}${String(count).padStart(8)}${cells.join('')}`);
}

function byteTreeRow(kind, count) {
  const keys = packed(count, kind);
  const probe = absent(keys);
  const one = shuffled(count, 1);
  const two = shuffled(count, 2);
  const ascending = Uint32Array.from({ length: count }, (_, i) => i);
  const figures = { random: [], ascending: [], overwrite: [], get: [], missing: [], walk: [] };
  const options = { shared: true, arenaSize: 1 << 20 };
  for (let round = 0; round < ROUNDS; round++) {
    const [insert, tree] = time(() => fill(keys, one, options), count);
    figures.random.push(insert);
    figures.ascending.push(time(() => fill(keys, ascending, options), count)[0]);
    figures.get.push(time(() => lookUp(tree, keys, keys.bytes, two), count)[0]);
    figures.missing.push(time(() => lookUp(tree, keys, probe, two), count)[0]);
    figures.walk.push(time(() => walk(tree), count)[0]);
    figures.overwrite.push(time(() => overwrite(tree, keys, two), count)[0]);
  }
  report(kind, count, figures);
}

function redBlackTreeRow(count) {
  const one = shuffled(count, 1);
  const two = shuffled(count, 2);
  const figures = { set: [], get: [], walk: [], delete: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const tree = new RedBlackTree();
    const each = (order, work) =>
      time(() => {
        for (let i = 0; i < count; i++) work(order[i]);
      }, count)[0];
    figures.set.push(each(one, (key) => tree.set(key, key)));
    figures.get.push(
      each(two, (key) => {
        sink += tree.get(key);
      }),
    );
    const steps = tree.keys();
    figures.walk.push(each(one, () => steps.next()));
    figures.delete.push(each(two, (key) => tree.delete(key)));
  }
  report('numbers', count, figures);
}

const heading = (name, columns) =>
  console.log(name.padEnd(30) + columns.map((column) => column.padStart(10)).join(''));
const COUNTS = [35_000, 140_000, 300_000];
const only = process.argv[2] ?? '';
heading('ByteTree, 100-byte values', [
  'random',
  'ascending',
  'overwrite',
  'get',
  'missing',
  'walk',
]);
for (const kind of Object.keys(KINDS)) {
  if (kind.includes(only)) for (const count of COUNTS) byteTreeRow(kind, count);
}
heading('RedBlackTree', ['set', 'get', 'walk', 'delete']);
for (const count of COUNTS) redBlackTreeRow(count);
if (sink === 1) console.log(sink);
