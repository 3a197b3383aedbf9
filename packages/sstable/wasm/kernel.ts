/**
 * What costs most of a block, in WebAssembly: its checksum, Snappy both ways, checking it, and
 * finding a key in it.
 *
 * This is AssemblyScript, not TypeScript: numbers have sizes, and `load` and `store` go to memory by
 * address, little endian, aligned or not. There are no objects and no allocation.
 *
 * `npm run kernel` in the package compiles this to `src/kernel-module.ts`.
 */
import { admit, contents, find } from './blocks.ts';
import { crc32c } from './crc32c.ts';
import { compress, decompress } from './snappy.ts';

export { CAPACITY, INPUT, KEY, KEY_CAPACITY, LAST_KEY, OUTPUT, RESULT, RING } from './memory.ts';
// Not `export … from`: the compiler would take those for other modules, and compile them twice.
export { admit, compress, contents, crc32c, decompress, find };
