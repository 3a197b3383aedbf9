/**
 * The door to the npm package `bloom-filters`: the two of its classes that we build on.
 *
 * Its files are imported one by one: the whole package takes 32 to 45 ms to load, these two 12 ms.
 * They are CommonJS, whose `default` export arrives in two shapes: Node hands over the module's
 * `exports`, Bun and some bundlers the class itself. And its type declarations need those of Node,
 * which a user of ours may not have; so what we use of it is described here.
 */
import importedFilter from 'bloom-filters/dist/bloom/bloom-filter.js';
import importedHashing from 'bloom-filters/dist/hashing/hashing.js';

/** What a filter takes: text, hashed as UTF-8, or bytes. */
export type Element = string | Uint8Array | ArrayBuffer;

/** What a `Hashing` of `bloom-filters` does; a subclass of it is how a filter gets another hash. */
export interface LibraryHashing {
  /** Hashes an element to one number of at most 53 bits. */
  serialize(element: Element, seed?: number): number;
  /** Hashes an element to two numbers. */
  hashTwice(
    element: Element,
    seed?: number,
  ): {
    /** Where the probes begin. */
    first: number;
    /** How far they step. */
    second: number;
  };
  /** Lists the `count` places of an element among `size` bits. */
  getIndexes(element: Element, size: number, count: number, seed?: number): number[];
}

/** A `BloomFilter` of `bloom-filters`, as far as we rely on it. */
export interface LibraryFilter {
  /** How many bits it has. */
  readonly size: number;
  /** How many of its bits are set. O(size). */
  readonly length: number;
  /** What the hash depends on beside the element; to be changed only while the filter is empty. */
  seed: number;
  /** The same as {@link LibraryFilter.size}; the package's own field. */
  _size: number;
  /** How many bits an element sets; the package's own field. */
  _nbHashes: number;
  /** The bits: the package's own field. */
  _filter: {
    /** Bit `i` is bit `i & 7` of byte `i >>> 3`. */
    array: Uint8Array;
  };
  /** The hash; the package's documented extension point. */
  _hashing: LibraryHashing;
  /** Adds an element. */
  add(element: Element): void;
  /** Tells whether an element may have been added. */
  has(element: Element): boolean;
  /** Estimates the rate of false positives as it is now. */
  rate(): number;
  /** Tells whether another filter has the same size, number of hashes and bits. */
  equals(other: LibraryFilter): boolean;
  /** Returns the filter as a plain object. */
  saveAsJSON(): object;
}

/** The class `BloomFilter` of `bloom-filters`. */
export interface LibraryFilterClass {
  /** Makes an empty filter of `size` bits, of which an element sets `hashes`. */
  new (size: number, hashes: number): LibraryFilter;
  /** Makes an empty filter of the size for so many elements at this rate of false positives. */
  create(elements: number, rate: number): LibraryFilter;
}

/** Returns the class, however the loader wrapped it. */
function unwrap(imported: unknown): unknown {
  return typeof imported === 'function' ? imported : (imported as { default: unknown }).default;
}

/** The class `BloomFilter` of the npm package `bloom-filters`. */
export const LibraryBloomFilter: LibraryFilterClass = unwrap(importedFilter) as LibraryFilterClass;

/** The class `Hashing` of the npm package `bloom-filters`. */
export const LibraryHashingBase: new () => LibraryHashing = unwrap(
  importedHashing,
) as new () => LibraryHashing;
