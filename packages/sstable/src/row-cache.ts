/**
 * Rows that are asked for again and again: answers that were found in tables, by user key, beside
 * the blocks in the memory of a block cache.
 *
 * A row takes a fraction of its block's memory, and finding it is one look into an array, where a
 * block has to be found in each level's index and searched. Which rows are worth it says a number
 * in each slot: a row is kept when its key was the last one that was asked for in this slot, too.
 * Reads without favourites hardly ever are, and leave the memory to blocks.
 */
import { copyRange, equalRanges, type FilterPolicy, type KeyHash } from '@jump/base';
import { type BlockCache, type CacheWorkings, workingsOf } from './block-cache.ts';
import { HEADER, type RingTable, roomFor } from './block-ring.ts';
import type { Lookup } from './lookup.ts';

// The fields of a record behind those that all have; key and value follow the header.
const KEY_LENGTH = 4;
const VALUE_LENGTH = 5;
const KIND = 6;

/** Larger rows are not kept: their blocks have not many others, and cost little to search. */
const MOST_BYTES = 2048;
/** A slot for so many bytes of the cache. */
const BYTES_A_SLOT = 1024;
const MOST_SLOTS = 1 << 20;

/** Finds rows by user key. All rows are those of one owner; another one's make them go. */
export class RowCache {
  readonly #workings: CacheWorkings;
  readonly #policy: FilterPolicy;
  /** Of the key that was asked for last in each slot, some more of its hash. */
  readonly #asked: Uint16Array;
  readonly #mask: number;
  readonly #row: Uint8Array = new Uint8Array(MOST_BYTES);
  #table: RingTable | undefined;
  #owner: object | undefined;

  /**
   * Makes an empty one.
   *
   * @param cache - where the rows are kept, in competition with blocks
   * @param policy - how keys are hashed; a hash that a filter needs too is computed once
   */
  constructor(cache: BlockCache, policy: FilterPolicy) {
    let slots = 1;
    while (slots < MOST_SLOTS && slots * BYTES_A_SLOT < cache.capacity) slots *= 2;
    this.#workings = workingsOf(cache);
    this.#policy = policy;
    this.#asked = new Uint16Array(slots);
    this.#mask = slots - 1;
  }

  /**
   * Finds what the tables of `owner` answered to the lookup's user key when it was offered; the lookup
   * then holds it, without its sequence. The lookup must be one that sees the newest entries.
   */
  find(owner: object, lookup: Lookup): boolean {
    const table = this.#table;
    if (table === undefined || owner !== this.#owner) return false;
    const hash = lookup.hash(this.#policy);
    const slot = hash.low & this.#mask;
    if (this.#asked[slot] !== tagOf(hash)) return false;
    const place = table.places[slot]!;
    if (place === 0) return false;
    const { ring } = this.#workings;
    const { bytes, words } = ring.memory;
    const at = place / 4;
    const keyLength = words[at + KEY_LENGTH]!;
    const start = place + HEADER;
    const valueStart = start + keyLength;
    const { keyBytes, userKeyEnd } = lookup;
    if (keyLength !== userKeyEnd) return false;
    if (!equalRanges(bytes, start, valueStart, keyBytes, 0, userKeyEnd)) return false;
    ring.touch(place);
    this.#workings.hits++;
    lookup.kind = words[at + KIND]!;
    lookup.sequence = 0;
    lookup.valueBytes = bytes;
    lookup.valueStart = valueStart;
    lookup.valueEnd = valueStart + words[at + VALUE_LENGTH]!;
    return true;
  }

  /**
   * Offers what the tables of `owner` have just answered; keeps it if the key was asked for before. The
   * lookup holds the same as before, maybe elsewhere.
   */
  offer(owner: object, lookup: Lookup): void {
    const hash = lookup.hash(this.#policy);
    const slot = hash.low & this.#mask;
    const tag = tagOf(hash);
    if (this.#asked[slot] !== tag) {
      this.#asked[slot] = tag;
      return;
    }
    if (owner !== this.#owner || this.#table === undefined) this.#begin(owner);
    this.#keep(this.#table!, slot, lookup);
  }

  /** Forgets all rows. */
  close(): void {
    if (this.#table !== undefined) this.#workings.ring.leave(this.#table);
    this.#table = undefined;
    this.#owner = undefined;
  }

  #begin(owner: object): void {
    const { ring } = this.#workings;
    if (this.#table !== undefined) ring.leave(this.#table);
    const places = this.#table?.places ?? new Uint32Array(this.#mask + 1);
    this.#table = ring.enter(places);
    this.#owner = owner;
  }

  #keep(table: RingTable, slot: number, lookup: Lookup): void {
    const { ring } = this.#workings;
    const { keyBytes, userKeyEnd, valueBytes, valueStart, valueEnd, kind } = lookup;
    const valueLength = valueEnd - valueStart;
    if (userKeyEnd + valueLength > MOST_BYTES) return;
    // The value may lie in the memory that is about to be moved, or where another goes.
    const row = this.#row;
    copyRange(keyBytes, 0, userKeyEnd, row, 0);
    const end = userKeyEnd + valueLength;
    copyRange(valueBytes, valueStart, valueEnd, row, userKeyEnd);
    point(lookup, row, userKeyEnd, end);
    ring.drop(table, slot);
    const room = roomFor(end);
    const place = ring.reserve(room);
    if (place === 0) return;
    const { bytes, words } = ring.memory;
    const at = place / 4;
    words[at + KEY_LENGTH] = userKeyEnd;
    words[at + VALUE_LENGTH] = valueLength;
    words[at + KIND] = kind;
    copyRange(row, 0, end, bytes, place + HEADER);
    ring.commit(place, room, table, slot);
    point(lookup, bytes, place + HEADER + userKeyEnd, place + HEADER + end);
  }
}

/** Sixteen bits: the upper ones, as the lower ones say which slot; a filter may hash to 32 only. */
function tagOf(hash: KeyHash): number {
  return (hash.low >>> 16) ^ (hash.high & 0xffff);
}

function point(lookup: Lookup, bytes: Uint8Array, valueStart: number, valueEnd: number): void {
  lookup.valueBytes = bytes;
  lookup.valueStart = valueStart;
  lookup.valueEnd = valueEnd;
}
