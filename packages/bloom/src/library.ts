/**
 * The door to the npm package `bloom-filters`: the two of its classes that we build on.
 *
 * They take 10 to 20 ms to load, so they are loaded when the first filter is made: a program that
 * only reads a store makes none. Its type declarations need those of Node, which a user of ours may
 * not have; so what we use of it is described here.
 */
import { loadFilter, loadHashing } from '#library';

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

/** A class that can be made, whatever it takes. */
type Class = new (...args: never[]) => object;

/**
 * Makes a class that loads the one it extends when the first instance is made: until then it has no
 * parent, and nothing can tell, since an instance is what inherits.
 */
function deferred<T extends Class>(load: () => unknown): T {
  let parent: Class | undefined;
  function link(): Class {
    if (parent !== undefined) return parent;
    parent = load() as Class;
    Object.setPrototypeOf(Deferred, parent);
    Object.setPrototypeOf(Deferred.prototype, parent.prototype);
    return parent;
  }
  function Deferred(...args: never[]): object {
    return Reflect.construct(link(), args, new.target as unknown as Class);
  }
  // Of the class's own methods the one that is called before there is an instance.
  Deferred.create = function create(this: unknown, ...args: unknown[]): unknown {
    return Reflect.apply(Reflect.get(link(), 'create'), this, args);
  };
  return Deferred as unknown as T;
}

/** The class `BloomFilter` of the npm package `bloom-filters`, loaded with the first instance. */
export const LibraryBloomFilter: LibraryFilterClass = /* @__PURE__ */ deferred(loadFilter);

/** The class `Hashing` of the npm package `bloom-filters`, loaded with the first instance. */
export const LibraryHashingBase: new () => LibraryHashing = /* @__PURE__ */ deferred(loadHashing);
