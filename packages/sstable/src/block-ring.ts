/**
 * The memory of a block cache: records one behind the other in a ring, the oldest go first.
 *
 *   start         head        tail               end     limit
 *   | new records | free      | old records      | unused |
 *
 * A record that was used since it was written is moved to the head instead of going, once: so a
 * scan's blocks, used once, go before those that are asked for again. Blocks lie here as they are
 * stored, so mostly compressed: twice as many fit, and there is no object for any of them.
 */

/** Memory that a ring lies in; its parts are replaced when it grows. */
export interface RingMemory {
  readonly bytes: Uint8Array;
  /** The same as numbers of 32 bits. */
  readonly words: Uint32Array;
  /** Where the ring begins: not at 0, which stands for "nowhere". */
  readonly start: number;
  /** Makes at least the bytes before `end` usable, if that can be; returns whether it could. */
  grow(end: number): boolean;
}

/** A table whose blocks are in a ring. */
export interface RingTable {
  /** Where each of its blocks is, by number; 0 if it is not. */
  readonly places: Uint32Array;
  /** What the ring calls it. */
  readonly id: number;
}

// The fields of a record's header, in numbers of 32 bits; `wasm/blocks.ts` uses them too.
const TABLE = 0;
const ORDINAL = 1;
const REFERENCED = 2;
const ROOM = 3;
export const SIZE = 4;
export const ENTRIES_END = 5;
export const LENGTH = 6;
export const RESTARTS = 7;
/** Bytes of a record's header; behind it lies the block. */
export const HEADER: number = 32;

/** Records that are moved for one that comes, at most: so that no call takes long. */
const MOVES = 8;

/** Computes the bytes of a record whose block, with codec and checksum, has `length`. */
export function roomFor(length: number): number {
  return HEADER + 8 * Math.ceil(length / 8);
}

/** The ring. */
export class BlockRing {
  readonly memory: RingMemory;
  /** Bytes of the records that can still be found. */
  bytes = 0;
  readonly #tables: (RingTable | undefined)[] = [];
  #limit: number;
  #head: number;
  #tail: number;
  /** Where the old records end; the head is before the tail then, otherwise -1. */
  #end = -1;

  constructor(memory: RingMemory, capacity: number) {
    this.memory = memory;
    this.#limit = memory.start + capacity;
    this.#head = memory.start;
    this.#tail = memory.start;
  }

  /** Takes a table in, none of whose blocks is here. */
  enter(places: Uint32Array): RingTable {
    const free = this.#tables.indexOf(undefined);
    const id = free < 0 ? this.#tables.length : free;
    const table = { places, id };
    this.#tables[id] = table;
    return table;
  }

  /** Forgets a table; its records go when their turn comes. */
  leave(table: RingTable): void {
    const { words } = this.memory;
    for (const place of table.places) {
      if (place !== 0) this.bytes -= words[place / 4 + ROOM]!;
    }
    table.places.fill(0);
    this.#tables[table.id] = undefined;
  }

  /**
   * Makes room for a record, which is then to be written and, if all is well, committed.
   *
   * @param room - from {@link roomFor}
   * @returns where; 0 if it is larger than the ring can be
   */
  reserve(room: number): number {
    const { start } = this.memory;
    if (start + room > this.#limit) return 0;
    for (let moves = MOVES; ; ) {
      const head = this.#head;
      if (this.#end < 0) {
        if (head + room <= this.#limit && this.#grow(head + room)) return head;
        if (start + room > this.#limit) return 0;
        this.#end = head;
        this.#head = start;
      } else if (this.#tail === this.#end) {
        this.#end = -1;
        this.#tail = start;
      } else {
        if (head + room <= this.#tail) return head;
        moves = this.#evict(moves);
      }
    }
  }

  /** Keeps the record that was written at `place`. */
  commit(place: number, room: number, table: RingTable, ordinal: number): void {
    const { words } = this.memory;
    const at = place / 4;
    words[at + TABLE] = table.id;
    words[at + ORDINAL] = ordinal;
    words[at + REFERENCED] = 0;
    words[at + ROOM] = room;
    table.places[ordinal] = place;
    this.#head = place + room;
    this.bytes += room;
  }

  /** Forgets a record, if it is here. */
  drop(table: RingTable, ordinal: number): void {
    const place = table.places[ordinal]!;
    if (place === 0) return;
    this.bytes -= this.memory.words[place / 4 + ROOM]!;
    table.places[ordinal] = 0;
  }

  /** Notes that a record was used. */
  touch(place: number): void {
    this.memory.words[place / 4 + REFERENCED] = 1;
  }

  /** Makes the tail's record go, or moves it to the head; returns the moves that are left. */
  #evict(moves: number): number {
    const { words, bytes } = this.memory;
    const tail = this.#tail;
    const at = tail / 4;
    const room = words[at + ROOM]!;
    const ordinal = words[at + ORDINAL]!;
    const table = this.#tables[words[at + TABLE]!];
    this.#tail = tail + room;
    if (table === undefined || table.places[ordinal] !== tail) return moves;
    if (moves > 0 && words[at + REFERENCED] === 1) {
      const head = this.#head;
      if (head !== tail) bytes.copyWithin(head, tail, tail + room);
      words[head / 4 + REFERENCED] = 0;
      table.places[ordinal] = head;
      this.#head = head + room;
      return moves - 1;
    }
    table.places[ordinal] = 0;
    this.bytes -= room;
    return moves;
  }

  /** Makes memory usable; where there is none, the ring stays as large as it is. */
  #grow(end: number): boolean {
    if (this.memory.grow(end)) return true;
    this.#limit = this.memory.bytes.length;
    return end <= this.#limit;
  }
}

/** Memory for a ring where there is no kernel. Grows by doubling. */
export class PlainMemory implements RingMemory {
  bytes: Uint8Array = new Uint8Array(0);
  words: Uint32Array = new Uint32Array(0);
  readonly start = 8;

  grow(end: number): boolean {
    const { length } = this.bytes;
    if (end <= length) return true;
    const larger = new Uint8Array(8 * Math.ceil(Math.max(end, 2 * length, 1 << 16) / 8));
    larger.set(this.bytes);
    this.bytes = larger;
    this.words = new Uint32Array(larger.buffer);
    return true;
  }
}
