/**
 * What writing and reading text costs, by length.
 *
 *   npm run build && node packages/base/bench/utf8.mjs
 */
import { utf8Encode, utf8Read, utf8Write } from '../dist/index.js';

const COUNT = 1000;
const ROUNDS = 9;
const target = new Uint8Array(4096);
let sink = 0;

function measure(name, length, call) {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    for (let repeat = 0; repeat < 300; repeat++) for (let i = 0; i < COUNT; i++) sink += call(i);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / (300 * COUNT));
  }
  console.log(`${String(length).padStart(5)} units  ${name.padEnd(12)} ${best.toFixed(1)} ns`);
}

for (const [length, letter] of [
  [8, 'k'],
  [12, 'k'],
  [16, 'k'],
  [16, 'é'],
  [20, 'k'],
  [24, 'k'],
  [32, 'k'],
  [100, 'k'],
  [1000, 'k'],
]) {
  // Through JSON, so that the strings are flat: a joined one is flattened once, by whoever reads
  // it.
  const texts = Array.from({ length: COUNT }, (_, i) =>
    JSON.parse(JSON.stringify(String(i).padStart(length, letter))),
  );
  const stored = texts.map((text) => utf8Encode(text));
  measure('utf8Write', length, (i) => utf8Write(texts[i], target, 5));
  measure('utf8Encode', length, (i) => utf8Encode(texts[i]).length);
  measure('utf8Read', length, (i) => utf8Read(stored[i], 0, stored[i].length).charCodeAt(2));
}
if (sink === 0.5) console.log(sink);
