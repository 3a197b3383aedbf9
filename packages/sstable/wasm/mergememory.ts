/**
 * How the memory of `merge.ts` is divided:
 *
 *   result | sources | order | last key read | last key written | restarts | user keys |
 *   block | slots
 *
 * A source is 32 bytes: where its next entry is, where the entries end, where its key lies, the
 * key's length, where the value begins. Its key and its blocks lie where JavaScript says. Copies go
 * on past their end, up to 15 bytes: behind all that is copied to is room for it.
 */

export const RESULT: usize = 0;
export const SOURCES: usize = 0x1000;
/** The most sources. */
export const MAX_SOURCES: usize = 256;
export const ORDER: usize = 0x3000;
/** The last key that was read: what the drop rule compares with. */
export const READ_KEY: usize = 0x4000;
/** The last key that was written. */
export const WRITTEN_KEY: usize = 0x6000;
/** The most bytes of a key. */
export const MAX_KEY: usize = 0x1000;
/** Where the block's restarts are. */
export const RESTARTS: usize = 0x8000;
/** The user keys of the block, each behind its length in two bytes. */
export const KEYS: usize = 0x14000;
export const KEYS_END: usize = 0x94000;
/** The block that is built. */
export const BLOCK: usize = 0x95000;
/** The most that a key and its value may have. */
export const MAX_ENTRY: usize = 0x10000;
/** The largest size at which blocks may end. */
export const MAX_BLOCK_SIZE: usize = 0x10000;
/** Behind all this: the sources' keys and blocks. */
export const SLOTS: usize = 0xc0000;

// A source.
export const NEXT: usize = 0;
export const END: usize = 4;
export const KEY: usize = 8;
export const KEY_LENGTH: usize = 12;
export const VALUE: usize = 16;
export const SOURCE_SIZE: usize = 32;

// What stands in the result, in numbers of 32 bits: see `src/merge/merge-kernel.ts`.
export const R_SOURCE: usize = 0;
export const R_BLOCK_LENGTH: usize = 4;
export const R_RESTARTS: usize = 8;
export const R_SINCE_RESTART: usize = 12;
export const R_ENTRIES: usize = 16;
export const R_KEYS_END: usize = 20;
export const R_WRITTEN_LENGTH: usize = 24;
export const R_READ_LENGTH: usize = 28;
export const R_HANDLED: usize = 32;
export const R_READ: usize = 36;
export const R_WRITTEN: usize = 40;
export const R_COVERED: usize = 44;
export const R_PURGED: usize = 48;
export const R_TOMBSTONES: usize = 52;
export const R_MIN_TAG: usize = 56;
export const R_MAX_TAG: usize = 64;
