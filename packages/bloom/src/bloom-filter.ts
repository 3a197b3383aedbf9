/**
 * The Bloom filter as a data structure of its own: the one of `bloom-filters`, with a fast hash.
 */
import { type KeyHash, wrongType } from '@jump/base';
import { decodeFilter, encodeFilter } from './filter-bytes.ts';
import { hashElement, JumpHashing } from './hashing.ts';
import { type Element, LibraryBloomFilter, type LibraryHashing } from './library.ts';
import { setBits, testBits } from './probe.ts';

/** The largest filter: places are numbers of 32 bits. */
const MAX_SIZE = 2 ** 32 - 1;
/** The most bits that an element may set: they are stored in a byte. */
const MAX_PROBES = 255;
/** How our form in JSON is told from the package's, whose hash is another one. */
const JSON_TYPE = 'jumpdb.BloomFilter';

/** Made with the first filter, which loads what it is made of. */
let hashing: LibraryHashing | undefined;
/** Reused by every call, so that hashing allocates nothing. */
const hash: KeyHash = { low: 0, high: 0 };

/**
 * A set that answers "no" or "perhaps", in a few bits an element.
 *
 * It is a `BloomFilter` of the npm package `bloom-filters` (`instanceof` holds, its methods work)
 * whose hash is ours, given through the package's extension point. `add` and `has` set and test the
 * bits that the package's own would, about a hundred times as fast as it does with its own hash.
 * Whoever puts another `Hashing` into `_hashing` gets the package's own `add` and `has`.
 */
export class BloomFilter extends LibraryBloomFilter {
  /**
   * Makes an empty filter of `size` bits of which an element sets `probes`.
   *
   * @throws RangeError unless `size` is from 1 to 2^32 - 1 and `probes` from 1 to 255.
   */
  constructor(size: number, probes: number) {
    checkInteger('size', size, MAX_SIZE);
    checkInteger('probes', probes, MAX_PROBES);
    super(size, probes);
    hashing ??= new JumpHashing();
    this._hashing = hashing;
  }

  /**
   * Makes an empty filter of the size that gives `falsePositiveRate` once it holds `expectedKeys`.
   *
   * @throws RangeError if `expectedKeys` is no integer from 1 on, `falsePositiveRate` is not between 0
   *   and 1, or the filter would have 2^32 bits or more.
   */
  static override create(expectedKeys: number, falsePositiveRate: number): BloomFilter {
    checkInteger('expectedKeys', expectedKeys, Number.MAX_SAFE_INTEGER);
    if (typeof falsePositiveRate !== 'number') {
      throw wrongType('falsePositiveRate', 'a number', falsePositiveRate);
    }
    if (!(falsePositiveRate > 0 && falsePositiveRate < 1)) {
      throw new RangeError(`falsePositiveRate must be between 0 and 1, got ${falsePositiveRate}`);
    }
    // The library's `create` makes a `new this`.
    return super.create(expectedKeys, falsePositiveRate) as BloomFilter;
  }

  /** Makes a filter of the elements of `items`, sized for them as by {@link BloomFilter.create}. */
  static from(items: Iterable<Element>, falsePositiveRate: number, seed?: number): BloomFilter {
    const elements = [...items];
    const filter = BloomFilter.create(Math.max(1, elements.length), falsePositiveRate);
    if (seed !== undefined) filter.seed = seed;
    for (const element of elements) filter.add(element);
    return filter;
  }

  /**
   * Reads a filter that {@link BloomFilter.toBytes} wrote; copies what it needs.
   *
   * @throws JumpError `JUMP_CORRUPTION` if the bytes are anything else, naming the offset;
   *   `source` is what it calls them.
   */
  static fromBytes(bytes: Uint8Array, source: string = 'Bloom filter'): BloomFilter {
    const { size, probes, seed, bits } = decodeFilter(bytes, source);
    const filter = new BloomFilter(size, probes);
    filter.seed = seed;
    filter._filter.array.set(bits);
    return filter;
  }

  /** Reads what {@link BloomFilter.saveAsJSON} returned. @throws TypeError for anything else. */
  static fromJSON(json: unknown): BloomFilter {
    const { type, bytes } = (json ?? {}) as { type?: unknown; bytes?: unknown };
    if (type !== JSON_TYPE || typeof bytes !== 'string' || !/^([0-9a-f]{2})*$/.test(bytes)) {
      throw new TypeError(`not a filter in JSON: type ${JSON_TYPE} and hexadecimal bytes expected`);
    }
    const decoded = new Uint8Array(bytes.length / 2);
    for (let i = 0; i < decoded.length; i++) {
      decoded[i] = Number.parseInt(bytes.slice(2 * i, 2 * i + 2), 16);
    }
    return BloomFilter.fromBytes(decoded);
  }

  /** Adds an element; text counts as its UTF-8. O(length of the element). */
  override add(element: Element): void {
    if (this._hashing === hashing) {
      hashElement(element, this.seed, hash);
      setBits(this._filter.array, this._size, this._nbHashes, hash.low, hash.high);
    } else {
      super.add(element);
    }
  }

  /** Tells whether an element may have been added; `false` is certain. O(length of the element). */
  override has(element: Element): boolean {
    if (this._hashing !== hashing) return super.has(element);
    hashElement(element, this.seed, hash);
    return testBits(this._filter.array, 0, this._size, this._nbHashes, hash.low, hash.high);
  }

  /** Adds an element by its hash of 64 bits. */
  addHash(low: number, high: number): void {
    setBits(this._filter.array, this._size, this._nbHashes, low, high);
  }

  /** Estimates the rate of false positives as it is now, from the share of bits that are set. */
  override rate(): number {
    return (this.length / this._size) ** this._nbHashes;
  }

  /** Returns the filter as bytes; ../FORMAT.md shows them. */
  toBytes(): Uint8Array {
    return encodeFilter({
      size: this._size,
      probes: this._nbHashes,
      seed: this.seed,
      bits: this._filter.array,
    });
  }

  /** Returns the filter as an object that {@link BloomFilter.fromJSON} reads. */
  override saveAsJSON(): {
    /** Tells our form from that of the package. */
    type: string;
    /** What {@link BloomFilter.toBytes} returns, in hexadecimal. */
    bytes: string;
  } {
    let bytes = '';
    for (const byte of this.toBytes()) bytes += byte.toString(16).padStart(2, '0');
    return { type: JSON_TYPE, bytes };
  }
}

function checkInteger(what: string, given: unknown, max: number): void {
  if (typeof given !== 'number') throw wrongType(what, 'a number', given);
  if (!Number.isSafeInteger(given) || given < 1 || given > max) {
    throw new RangeError(`${what} must be an integer from 1 to ${max}, got ${given}`);
  }
}
