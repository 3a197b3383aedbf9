/**
 * What a byte of crc32c costs, by length, and what was tried and not kept.
 *
 *   npm run build && node packages/base/bench/crc32c.mjs
 */
import { crc32c } from '../dist/index.js';

const T = new Int32Array(16 * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  T[byte] = crc;
}
for (let at = 256; at < T.length; at++) T[at] = (T[at - 256] >>> 8) ^ T[T[at - 256] & 0xff];

function eightTables(b, start, end) {
  const t = T;
  let crc = ~0;
  let i = start;
  for (const last = end - 7; i < last; i += 8) {
    crc ^= b[i] | (b[i + 1] << 8) | (b[i + 2] << 16) | (b[i + 3] << 24);
    crc =
      t[1792 + (crc & 0xff)] ^
      t[1536 + ((crc >>> 8) & 0xff)] ^
      t[1280 + ((crc >>> 16) & 0xff)] ^
      t[1024 + (crc >>> 24)] ^
      t[768 + b[i + 4]] ^
      t[512 + b[i + 5]] ^
      t[256 + b[i + 6]] ^
      t[b[i + 7]];
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ b[i]) & 0xff];
  return ~crc >>> 0;
}

/** One step over four words; `word` reads 32 bits. */
function step(t, x, y, z, u) {
  return (
    t[3840 + (x & 0xff)] ^
    t[3584 + ((x >>> 8) & 0xff)] ^
    t[3328 + ((x >>> 16) & 0xff)] ^
    t[3072 + (x >>> 24)] ^
    t[2816 + (y & 0xff)] ^
    t[2560 + ((y >>> 8) & 0xff)] ^
    t[2304 + ((y >>> 16) & 0xff)] ^
    t[2048 + (y >>> 24)] ^
    t[1792 + (z & 0xff)] ^
    t[1536 + ((z >>> 8) & 0xff)] ^
    t[1280 + ((z >>> 16) & 0xff)] ^
    t[1024 + (z >>> 24)] ^
    t[768 + (u & 0xff)] ^
    t[512 + ((u >>> 8) & 0xff)] ^
    t[256 + ((u >>> 16) & 0xff)] ^
    t[u >>> 24]
  );
}

function dataView(b, start, end) {
  const t = T;
  const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  let crc = ~0;
  let i = start;
  for (const last = end - 15; i < last; i += 16) {
    crc = step(
      t,
      crc ^ view.getInt32(i, true),
      view.getInt32(i + 4, true),
      view.getInt32(i + 8, true),
      view.getInt32(i + 12, true),
    );
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ b[i]) & 0xff];
  return ~crc >>> 0;
}

function alignedWords(b, start, end) {
  const t = T;
  let crc = ~0;
  let i = start;
  for (; i < end && ((b.byteOffset + i) & 3) !== 0; i++) {
    crc = (crc >>> 8) ^ t[(crc ^ b[i]) & 0xff];
  }
  const words = new Int32Array(b.buffer, b.byteOffset + i, ((end - i) >> 4) * 4);
  for (let j = 0; j < words.length; j += 4) {
    crc = step(t, crc ^ words[j], words[j + 1], words[j + 2], words[j + 3]);
  }
  for (i += words.length * 4; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ b[i]) & 0xff];
  return ~crc >>> 0;
}

const kinds = {
  'crc32c (16 tables)': (b, start, end) => crc32c(b, start, end),
  '8 tables': eightTables,
  '16 tables, DataView': dataView,
  '16 tables, Int32Array': alignedWords,
};
const bytes = Uint8Array.from({ length: 1 << 18 }, (_, i) => i * 131 + (i >> 8) * 17);
for (const [name, run] of Object.entries(kinds)) {
  if (run(bytes, 3, 9999) !== crc32c(bytes, 3, 9999)) throw new Error(`${name} is wrong`);
}

let sink = 0;
for (const length of [20, 130, 1000, 4096, 65536]) {
  const best = {};
  for (let round = 0; round < 9; round++) {
    for (const [name, run] of Object.entries(kinds)) {
      const calls = Math.ceil(2_000_000 / length);
      const start = process.hrtime.bigint();
      for (let i = 0; i < calls; i++) {
        const at = (i * 37) % 1000;
        sink ^= run(bytes, at, at + length);
      }
      const ns = Number(process.hrtime.bigint() - start) / (calls * length);
      best[name] = Math.min(ns, best[name] ?? Infinity);
    }
  }
  for (const [name, ns] of Object.entries(best)) {
    console.log(
      `${String(length).padStart(6)} bytes  ${name.padEnd(24)} ${ns.toFixed(3)} ns a byte`,
    );
  }
}
if (sink === 0.5) console.log(sink);
