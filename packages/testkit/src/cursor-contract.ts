/**
 * What every sorted cursor must do, whatever it walks over: memtable, block, table, level, merge.
 * Each of them runs this suite; the idea is that of LevelDB's `table/table_test.cc`.
 */
import {
  type Cursor,
  compareInternalKeys,
  compareRanges,
  encodeInternalKey,
  KIND_DELETION,
  KIND_SEEK,
  KIND_VALUE,
  MAX_SEQUENCE,
  type RangeCompare,
  sliceRange,
} from '@jump/base';
import { describe, expect, test } from 'vitest';
import { type Entry, randomEntries, randomKey, randomValue } from './entries.ts';
import { type Random, seeded } from './random.ts';

/** What is to be tested. */
export interface CursorSubject {
  /** The name of the suite. */
  readonly name: string;
  /** Whether its keys are internal keys: user key and eight bytes. */
  readonly keys: 'raw' | 'internal';
  /** Opens a cursor over these entries, given in ascending order. */
  open(entries: readonly Entry[]): Cursor;
  /** The order, if it is not that of the bytes. */
  readonly compare?: RangeCompare;
  /** Whether the source may be without entries. Default true. */
  readonly mayBeEmpty?: boolean;
  /** Random entries in the larger sets. Default 400. */
  readonly entries?: number;
}

/** Registers the suite for one subject. */
export function cursorContract(subject: CursorSubject): void {
  describe(`${subject.name} keeps the cursor contract`, () => {
    if (subject.mayBeEmpty ?? true) {
      test('finds nothing where nothing is', () => {
        const walker = new Walker(subject, []);
        walker.first();
        walker.last();
        walker.seek(new Uint8Array(subject.keys === 'raw' ? 0 : 8));
        walker.close();
      });
    }
    for (const count of [1, 2, 17, subject.entries ?? 400]) {
      for (const [name, walk] of Object.entries(WALKS)) {
        const body = seeded((random) => {
          const list = sampleEntries(subject, random, count);
          const walker = new Walker(subject, list);
          walk(walker, list, subject, random);
          walker.close();
          // Closing is idempotent.
          walker.close();
        });
        test(`${name}: ${count} entries`, body);
      }
    }
  });
}

type Walk = (walker: Walker, list: Entry[], subject: CursorSubject, random: Random) => void;

/** The ways to walk over a list of entries; the walker checks each step. */
const WALKS: Record<string, Walk> = {
  'starts nowhere'(walker) {
    expect(walker.cursor.valid).toBe(false);
  },
  'walks in both directions'(walker, list) {
    walker.first();
    for (const _ of list) walker.next();
    walker.last();
    for (const _ of list) walker.previous();
  },
  'seeks to, before and behind each key'(walker, list, subject) {
    for (const { key } of list) for (const target of around(subject, key)) walker.seek(target);
  },
  'turns round at each entry'(walker, list) {
    for (const { key } of list) {
      walker.seek(key);
      if (walker.previous()) walker.next();
      walker.seek(key);
      if (walker.next()) walker.previous();
      walker.seek(key);
      if (walker.next() && walker.next() && walker.previous()) walker.previous();
    }
  },
  'goes right on any walk'(walker, list, _subject, random) {
    for (let step = 0; step < 1000; step++) walker.stroll(random, list);
  },
};

/**
 * A cursor and, beside it, the index in a sorted array where it must be; -1 and length: nowhere.
 */
class Walker {
  readonly cursor: Cursor;
  readonly #list: readonly Entry[];
  readonly #compare: RangeCompare;
  #index = -1;

  constructor(subject: CursorSubject, list: readonly Entry[]) {
    this.cursor = subject.open(list);
    this.#list = list;
    this.#compare =
      subject.compare ?? (subject.keys === 'raw' ? compareRanges : compareInternalKeys);
  }

  first(): boolean {
    return this.#check('first()', this.cursor.first(), this.#list.length === 0 ? -1 : 0);
  }
  last(): boolean {
    return this.#check('last()', this.cursor.last(), this.#list.length - 1);
  }
  next(): boolean {
    return this.#check('next()', this.cursor.next(), this.#index + 1);
  }
  previous(): boolean {
    return this.#check('previous()', this.cursor.previous(), this.#index - 1);
  }

  seek(key: Uint8Array): boolean {
    const index = this.#list.findIndex(
      (entry) => this.#compare(entry.key, 0, entry.key.length, key, 0, key.length) >= 0,
    );
    // The key lies in the middle of a larger array: a cursor that forgets the range is found out.
    const wide = new Uint8Array(key.length + 6).fill(0xa5);
    wide.set(key, 3);
    const valid = this.cursor.seek(wide, 3, 3 + key.length);
    return this.#check(`seek(${hex(key)})`, valid, index === -1 ? this.#list.length : index);
  }

  /** One random move; one that needs a current entry only where there is one. */
  stroll(random: Random, list: readonly Entry[]): void {
    const here = this.cursor.valid;
    const draw = random.integer(0, 99);
    if (here && draw < 45) this.next();
    else if (here && draw < 90) this.previous();
    else if (draw < 93) this.first();
    else if (draw < 96) this.last();
    else this.seek(random.pick(list).key);
  }

  close(): void {
    this.cursor.close();
  }

  /** A plain comparison first: building an assertion for each move would take most of the time. */
  #check(move: string, valid: boolean, index: number): boolean {
    this.#index = index;
    const { cursor } = this;
    const entry = this.#list[index];
    const where = `${move} to entry ${index} of ${this.#list.length}`;
    if (valid !== cursor.valid || valid !== (entry !== undefined)) {
      expect.fail(`${where}: returned ${valid}, valid is ${cursor.valid}`);
    }
    if (entry === undefined) return false;
    const { key, value } = entry;
    const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd } = cursor;
    if (compareRanges(keyBytes, keyStart, keyEnd, key, 0, key.length) !== 0) {
      expect(hex(sliceRange(keyBytes, keyStart, keyEnd)), `${where}: key`).toBe(hex(key));
    }
    if (compareRanges(valueBytes, valueStart, valueEnd, value, 0, value.length) !== 0) {
      expect(hex(sliceRange(valueBytes, valueStart, valueEnd)), `${where}: value`).toBe(hex(value));
    }
    return true;
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Entries in the subject's order; of internal keys with several versions and deletions. */
function sampleEntries(subject: CursorSubject, random: Random, count: number): Entry[] {
  const compare = subject.compare ?? (subject.keys === 'raw' ? compareRanges : compareInternalKeys);
  const sorted = (list: Entry[]) =>
    list.sort((a, b) => compare(a.key, 0, a.key.length, b.key, 0, b.key.length));
  if (subject.keys === 'raw') return sorted(randomEntries(random, count, { maxLength: 3000 }));
  const list: Entry[] = [];
  const top = random.chance(0.5) ? MAX_SEQUENCE : count + 10;
  while (list.length < count) {
    const userKey = randomKey(random, { space: count, maxLength: 3000 });
    const kind = random.chance(0.2) ? KIND_DELETION : KIND_VALUE;
    const value = kind === KIND_VALUE ? randomValue(random, 1000) : new Uint8Array(0);
    // Each sequence is used once, so no two internal keys are equal.
    list.push({ key: encodeInternalKey(userKey, top - list.length, kind), value });
  }
  return sorted(list);
}

/** A key, and keys that sort next to it. */
function around(subject: CursorSubject, key: Uint8Array): Uint8Array[] {
  const end = subject.keys === 'raw' ? key.length : key.length - 8;
  const user = key.subarray(0, end);
  const near = [
    user,
    user.subarray(0, Math.max(0, end - 1)),
    concat(user, 0x00),
    concat(user, 0xff),
  ];
  if (subject.keys === 'raw') return near;
  const newest = near.map((one) => encodeInternalKey(one, MAX_SEQUENCE, KIND_SEEK));
  return [key, ...newest, ...near.map((one) => encodeInternalKey(one, 0, KIND_DELETION))];
}

function concat(bytes: Uint8Array, last: number): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  longer[bytes.length] = last;
  return longer;
}
