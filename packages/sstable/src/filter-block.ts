/**
 * Filters inside a table: LevelDB's filter block, and one filter for the whole table.
 *
 * LevelDB's filter block holds one filter for every 2 KiB of the file, for the keys of the data
 * blocks that begin there; it may be empty.
 *
 *   filter | filter | … | offset of each filter (4 each) | where these offsets begin (4) | 11 (1)
 */
import { type FilterPolicy, type KeyHash, readFixed32, sliceRange, writeFixed32 } from '@jump/base';

/** Binary logarithm of how much of the file one filter covers. On disk: do not change. */
const BASE_LOG = 11;
const BASE = 2 ** BASE_LOG;

/** Collects the hashes of a table's keys and builds what is stored. */
export class FilterBuilder {
  readonly #policy: FilterPolicy;
  readonly #hash: KeyHash = { low: 0, high: 0 };
  #hashes = new Uint32Array(1024);
  #count = 0;
  /** Filters that are ready, for the scope `'block'`. */
  #filters = new Uint8Array(0);
  #size = 0;
  readonly #offsets: number[] = [];

  constructor(policy: FilterPolicy) {
    this.#policy = policy;
  }

  /** Adds a user key. With the scope `'table'` once for all of its versions is enough. */
  add(key: Uint8Array, start: number, end: number): void {
    const hash = this.#hash;
    this.#policy.hash(key, start, end, hash);
    const at = 2 * this.#count++;
    if (at === this.#hashes.length) {
      const larger = new Uint32Array(2 * at);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes[at] = hash.low;
    this.#hashes[at + 1] = hash.high;
  }

  /** Says that the next data block begins at `offset`. */
  startBlock(offset: number): void {
    if (this.#policy.scope === 'table') return;
    const wanted = Math.floor(offset / BASE);
    while (this.#offsets.length < wanted) this.#closeFilter();
  }

  /** Ends the filter that is being filled; without keys it takes no bytes. */
  #closeFilter(): void {
    this.#offsets.push(this.#size);
    if (this.#count === 0) return;
    const filter = this.#policy.build(this.#hashes, this.#count);
    this.#count = 0;
    if (this.#size + filter.length > this.#filters.length) {
      const larger = new Uint8Array(2 * (this.#size + filter.length));
      larger.set(this.#filters.subarray(0, this.#size));
      this.#filters = larger;
    }
    this.#filters.set(filter, this.#size);
    this.#size += filter.length;
  }

  /** Returns the contents of the meta block. */
  finish(): Uint8Array {
    if (this.#policy.scope === 'table') return this.#policy.build(this.#hashes, this.#count);
    if (this.#count > 0) this.#closeFilter();
    const offsets = this.#offsets;
    const contents = new Uint8Array(this.#size + 4 * offsets.length + 5);
    contents.set(this.#filters.subarray(0, this.#size));
    let at = this.#size;
    for (const offset of offsets) {
      writeFixed32(contents, at, offset);
      at += 4;
    }
    writeFixed32(contents, at, this.#size);
    contents[at + 4] = BASE_LOG;
    return contents;
  }
}

/** A table's filter, ready to be asked. */
export class TableFilter {
  readonly policy: FilterPolicy;
  /** The name that it is stored under, without `filter.`. */
  readonly name: string;
  readonly #bytes: Uint8Array;
  /** Where the array of offsets begins; -1 for a filter of the whole table. */
  #offsetsAt = -1;
  #filters = 0;
  #base = 1;
  /** Whether hashes of keys that end in bytes from 0x80 on must be distrusted. */
  readonly #signed: boolean;

  /** Takes a copy of the meta block's contents `bytes[start, end)`. */
  constructor(policy: FilterPolicy, name: string, bytes: Uint8Array, start: number, end: number) {
    this.policy = policy;
    this.name = name;
    this.#bytes = sliceRange(bytes, start, end);
    // LevelDB before 1.18 stored filters under this name whose hash took the last up to three bytes
    // of a key as signed; goleveldb uses it with unsigned ones. They differ from 0x80 on.
    this.#signed = name === 'leveldb.BuiltinBloomFilter';
    if (policy.scope === 'block') this.#readLayout();
  }

  /** What makes no sense is taken for "no filters": then every answer is "perhaps". */
  #readLayout(): void {
    const bytes = this.#bytes;
    this.#offsetsAt = 0;
    if (bytes.length < 5) return;
    const offsetsAt = readFixed32(bytes, bytes.length - 5);
    const baseLog = bytes[bytes.length - 1]!;
    if (offsetsAt > bytes.length - 5 || baseLog > 31) return;
    this.#offsetsAt = offsetsAt;
    this.#filters = Math.floor((bytes.length - 5 - offsetsAt) / 4);
    this.#base = 2 ** baseLog;
  }

  /** Bytes that it takes. */
  get size(): number {
    return this.#bytes.length;
  }

  /** Whether the filter covers the whole table, and can be asked before the block is known. */
  get wholeTable(): boolean {
    return this.#offsetsAt < 0;
  }

  /** Whether a key of this hash may be in the table. */
  mayContain(hash: KeyHash): boolean {
    return this.policy.mayContain(this.#bytes, 0, this.#bytes.length, hash);
  }

  /** Whether the user key `key[0, end)` may be in the block at `offset` of the file. */
  blockMayContain(offset: number, hash: KeyHash, key: Uint8Array, end: number): boolean {
    const index = Math.floor(offset / this.#base);
    if (index >= this.#filters) return true;
    if (this.#signed && endsAboveAscii(key, end)) return true;
    const bytes = this.#bytes;
    const at = this.#offsetsAt + 4 * index;
    const from = readFixed32(bytes, at);
    // The last filter ends where the offsets begin, which is the number behind them.
    const to = readFixed32(bytes, at + 4);
    if (from > to || to > this.#offsetsAt) return true;
    if (from === to) return false;
    return this.policy.mayContain(bytes, from, to, hash);
  }
}

/** Whether the bytes behind the last whole group of four have one from 0x80 on. */
function endsAboveAscii(key: Uint8Array, end: number): boolean {
  for (let i = end - (end % 4); i < end; i++) if (key[i]! > 0x7f) return true;
  return false;
}
