/**
 * How the kernel's memory is divided, once and for all:
 *
 *   tables of the CRC | Snappy's hash table | folded bytes | key | result | patterns |
 *   input | output | last key | ring
 *
 * Copies go on past their end, up to 15 bytes, where that is faster; each part that is copied to
 * has room for it. What is read or written *inside* follows from lengths that were checked before.
 */

/** Sixteen tables of 256 numbers, for the CRC. */
export const TABLES: usize = 0;
/** Snappy's hash table, for compressing. */
export const HASH: usize = 0x4000;
/** What folding for the CRC writes. */
export const FOLDED: usize = 0xc000;
/** The key that is looked for. */
export const KEY: usize = 0xe800;
/** The most bytes that it may have. */
export const KEY_CAPACITY: usize = 0x1000;
/** What was found: numbers of 32 bits. */
export const RESULT: usize = 0xf880;
/** For each distance below 16, how the bytes that far back go on repeating; 16 bytes each. */
export const PATTERNS: usize = 0xfa00;
/** Where the input begins. */
export const INPUT: usize = 0x10000;
/** The most bytes of input, and the most that it may decompress to. */
export const CAPACITY: usize = 0x100000;
/** Where the output begins, with room for what random bytes "compress" to. */
export const OUTPUT: usize = 0x111000;
/** The last key of the block that is being checked. */
export const LAST_KEY: usize = 0x240000;
/** Behind all this: the memory of a block cache, which JavaScript divides and grows. */
export const RING: usize = 0x350000;
