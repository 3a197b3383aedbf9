// Times what is done to the bytes of a block, with the kernel and without: a block of 4 KiB, half
// of which compresses. Run after `npm run build`: node bench/src/micro/kernel.mjs
import { crc32c } from '@jump/base';
import { importSource } from '../../../packages/tools/src/source.mjs';

/** @type {typeof import('../../../packages/sstable/dist/block-kernel.js')} */
const { kernelFor } = await importSource('packages/sstable/src/block-kernel.ts');
/** @type {typeof import('../../../packages/sstable/dist/snappy.js')} */
const { compressSnappy, decompressSnappy, maxCompressedLength } = await importSource(
  'packages/sstable/src/snappy.ts',
);

const LENGTH = 4096;
const BLOCKS = 64;

/**
 * Entries of 16 + 100 bytes; a value's second half repeats the first, which is random.
 * @param {number} seed
 */
function makeBlock(seed) {
  const block = new Uint8Array(LENGTH);
  let x = seed + 1;
  /** @param {number} n */
  const random = (n) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return (x >>> 8) % n;
  };
  for (let at = 0; at + 119 <= LENGTH; at += 119) {
    block.set([13, 11, 100], at);
    for (let i = 3; i < 19; i++) block[at + i] = i < 11 ? 48 : 48 + random(10);
    for (let i = 19; i < 69; i++) block[at + i] = block[at + i + 50] = 32 + random(95);
  }
  return block;
}

/**
 * Prints the best of many short runs, which other programs disturb least.
 * @param {string} name
 * @param {(i: number) => void} body gets the number of a block
 */
function time(name, body) {
  let best = Infinity;
  for (let run = 0; run < 200; run++) {
    const start = performance.now();
    for (let i = 0; i < 4 * BLOCKS; i++) body(i % BLOCKS);
    best = Math.min(best, performance.now() - start);
  }
  const nanoseconds = (best * 1e6) / (4 * BLOCKS);
  console.log(`${name.padEnd(46)} ${nanoseconds.toFixed(0).padStart(6)} ns`);
}

const blocks = Array.from({ length: BLOCKS }, (_, i) => makeBlock(i));
const target = new Uint8Array(maxCompressedLength(LENGTH));
const packed = blocks.map((block) => target.slice(0, compressSnappy(block, 0, LENGTH, target, 0)));
console.log(`${LENGTH} bytes, ${packed[0]?.length} of them compressed`);

const start = performance.now();
const kernel = kernelFor(LENGTH);
console.log(`the kernel starts in ${(performance.now() - start).toFixed(2)} ms`);

time('checksum, contents: JavaScript', (i) => crc32c(blocks[i]));
time('checksum, compressed: JavaScript', (i) => crc32c(packed[i]));
time('decompress: JavaScript', (i) =>
  decompressSnappy(packed[i], 0, packed[i].length, target, LENGTH),
);
time('compress: JavaScript', (i) => compressSnappy(blocks[i], 0, LENGTH, target, 0));
if (kernel !== undefined) {
  /** @param {Uint8Array} bytes */
  const load = (bytes) => kernel.load(bytes, 0, bytes.length);
  time('load contents', (i) => load(blocks[i]));
  time('load, checksum, contents: kernel', (i) => {
    load(blocks[i]);
    kernel.inputCrc(LENGTH);
  });
  time('load, checksum, compressed: kernel', (i) => {
    load(packed[i]);
    kernel.inputCrc(packed[i].length);
  });
  time('load, decompress, copy out: kernel', (i) => {
    load(packed[i]);
    const length = kernel.decompress(packed[i].length);
    target.set(kernel.output.subarray(0, length));
  });
  time('load, compress: kernel', (i) => {
    load(blocks[i]);
    kernel.compress(LENGTH);
  });
}
