/**
 * What a call costs: the filters beside a loop written by hand, over keys of 16 bytes.
 *
 *   npm run build && node packages/bloom/bench/bloom.mjs
 *
 * Ends with exit code 1 if `add` or `has` takes more than 1.5 times as long as the loop. The loop is
 * what somebody would write who needed only this: the same hash and the same places in one
 * function, variables instead of fields.
 */

import stock from 'bloom-filters/dist/bloom/bloom-filter.js';
import { BloomFilter, bloomPolicy, leveldbBloomPolicy } from '../dist/index.js';

const COUNT = 100_000;
const LENGTH = 16;
const ROUNDS = 40;

const bytes = new Uint8Array(2 * COUNT * LENGTH);
for (let i = 0, state = 1; i < bytes.length; i++) {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  bytes[i] = 97 + ((state >>> 24) % 26);
}
const keys = Array.from({ length: 2 * COUNT }, (_, i) => bytes.slice(i * LENGTH, (i + 1) * LENGTH));
const texts = keys.map((key) => String.fromCharCode(...key));

/** The filter by hand; bits, size and probes as variables of the closure. */
function byHand(size, probes) {
  const bits = new Uint8Array(Math.ceil(size / 8));
  const C1 = 0x239b961b;
  const C2 = 0xab0e9789;
  const C3 = 0x38b34ae5;
  const finish = (lane) => {
    let h = lane ^ (lane >>> 16);
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    return h ^ (h >>> 16);
  };
  let low = 0;
  let high = 0;
  const hash = (key) => {
    let a = Math.imul(key.length, C3);
    let b = key.length;
    for (let i = 0; i < key.length; i += 8) {
      const x = key[i] | (key[i + 1] << 8) | (key[i + 2] << 16) | (key[i + 3] << 24);
      const y = key[i + 4] | (key[i + 5] << 8) | (key[i + 6] << 16) | (key[i + 7] << 24);
      const p = Math.imul(x, C1);
      a ^= Math.imul((p << 15) | (p >>> 17), C2);
      a = (Math.imul((((a << 19) | (a >>> 13)) + b) | 0, 5) + 0x561ccd1b) | 0;
      const q = Math.imul(y, C2);
      b ^= Math.imul((q << 16) | (q >>> 16), C3);
      b = (Math.imul((((b << 17) | (b >>> 15)) + a) | 0, 5) + 0x0bcaa747) | 0;
    }
    a = (a + b) | 0;
    b = (b + a) | 0;
    a = finish(a);
    b = finish(b);
    a = (a + b) | 0;
    low = a;
    high = (b + a) | 0;
  };
  return {
    add(key) {
      hash(key);
      let sum = low;
      let step = high;
      for (let i = 1; i <= probes; i++) {
        const place = (sum >>> 0) % (size >>> 0);
        bits[place >>> 3] |= 1 << (place & 7);
        sum = (sum + step) | 0;
        step = (step + i) | 0;
      }
    },
    has(key) {
      hash(key);
      let sum = low;
      let step = high;
      for (let i = 1; i <= probes; i++) {
        const place = (sum >>> 0) % (size >>> 0);
        if ((bits[place >>> 3] & (1 << (place & 7))) === 0) return false;
        sum = (sum + step) | 0;
        step = (step + i) | 0;
      }
      return true;
    },
  };
}

const results = new Map();
/** Takes the best of many rounds; the kinds take turns, so that a slow moment hits them all. */
function measure(kinds) {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, [count, run]] of Object.entries(kinds)) {
      const start = process.hrtime.bigint();
      run();
      const ns = Number(process.hrtime.bigint() - start) / count;
      results.set(name, Math.min(ns, results.get(name) ?? Infinity));
    }
  }
}

let sink = 0;
const each = (array, from, to, run) => [
  to - from,
  () => {
    for (let i = from; i < to; i++) if (run(array[i])) sink++;
  },
];

const ours = BloomFilter.create(COUNT, 0.01);
const hand = byHand(ours.size, ours._nbHashes);
measure({
  'by hand, add': each(keys, 0, COUNT, (key) => hand.add(key)),
  'BloomFilter, add bytes': each(keys, 0, COUNT, (key) => ours.add(key)),
  'by hand, has, present': each(keys, 0, COUNT, (key) => hand.has(key)),
  'BloomFilter, has bytes, present': each(keys, 0, COUNT, (key) => ours.has(key)),
  'by hand, has, absent': each(keys, COUNT, 2 * COUNT, (key) => hand.has(key)),
  'BloomFilter, has bytes, absent': each(keys, COUNT, 2 * COUNT, (key) => ours.has(key)),
});
measure({
  'BloomFilter, add text': each(texts, 0, COUNT, (text) => ours.add(text)),
  'BloomFilter, has text, absent': each(texts, COUNT, 2 * COUNT, (text) => ours.has(text)),
});

for (const policy of [bloomPolicy(), leveldbBloomPolicy()]) {
  const hashes = new Uint32Array(2 * COUNT);
  const hash = { low: 0, high: 0 };
  let filter;
  measure({
    [`${policy.name}, hash`]: [
      COUNT,
      () => {
        for (let i = 0; i < COUNT; i++) {
          policy.hash(bytes, i * LENGTH, (i + 1) * LENGTH, hash);
          hashes[2 * i] = hash.low;
          hashes[2 * i + 1] = hash.high;
        }
      },
    ],
    [`${policy.name}, build, a key`]: [
      COUNT,
      () => {
        filter = policy.build(hashes, COUNT);
      },
    ],
    [`${policy.name}, hash and ask, absent`]: [
      COUNT,
      () => {
        for (let i = COUNT; i < 2 * COUNT; i++) {
          policy.hash(bytes, i * LENGTH, (i + 1) * LENGTH, hash);
          if (policy.mayContain(filter, 0, filter.length, hash)) sink++;
        }
      },
    ],
  });
}

const slow = (stock.default ?? stock).create(COUNT, 0.01);
measure({
  'bloom-filters as it is, add text': each(texts, 0, 1000, (text) => slow.add(text)),
  'bloom-filters as it is, has text': each(texts, 0, 1000, (text) => slow.has(text)),
});

for (const [name, ns] of results) console.log(`${name.padEnd(50)} ${ns.toFixed(1).padStart(8)} ns`);
console.log(`(${sink} found)\n`);
for (const [name, loop, call] of [
  ['add', 'by hand, add', 'BloomFilter, add bytes'],
  ['has, present', 'by hand, has, present', 'BloomFilter, has bytes, present'],
  ['has, absent', 'by hand, has, absent', 'BloomFilter, has bytes, absent'],
]) {
  const ratio = results.get(call) / results.get(loop);
  console.log(`${name}: ${ratio.toFixed(2)} times the loop (at most 1.5)`);
  if (ratio > 1.5) process.exitCode = 1;
}
