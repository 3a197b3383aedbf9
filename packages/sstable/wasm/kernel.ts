/**
 * What costs most of a block, in WebAssembly: its checksum, Snappy both ways, checking it, and
 * finding a key in it.
 *
 * This is AssemblyScript, not TypeScript: numbers have sizes, and `load` and `store` go to memory by
 * address, little endian, aligned or not. There are no objects and no allocation.
 *
 * `npm run kernel` in the package compiles this to `src/kernel-module.ts`.
 */
export { admit, contents, find, HEADER } from './blocks.ts';
export { crc32c } from './crc32c.ts';
export { CAPACITY, INPUT, KEY, KEY_CAPACITY, LAST_KEY, OUTPUT, RESULT, RING } from './memory.ts';
export { compress, decompress } from './snappy.ts';
