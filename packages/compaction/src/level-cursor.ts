/**
 * One cursor over the tables of a level from 1 on: they do not overlap, so they follow each other,
 * and only one of them is open at a time.
 */
import { type Cursor, compareInternalKeys, EMPTY_BYTES, type RangeCompare } from '@jump/base';
import type { TableMeta } from '@jump/manifest';

/** How a {@link levelCursor} gets at its tables. */
export interface LevelCursorOptions {
  /** Returns a cursor over a table, standing anywhere. */
  readonly openTable: (table: TableMeta) => Cursor;
  /** Gives back what `openTable` returned; closes the cursor if not given. */
  readonly closeTable?: (cursor: Cursor) => void;
  /** The order of internal keys; over bytes if not given. */
  readonly compare?: RangeCompare;
  /** Finds the first table that ends at or after a key, faster than by comparing the keys. */
  readonly find?: (key: Uint8Array, start: number, end: number) => number;
}

/**
 * Concatenates tables that are sorted and do not overlap, opening one at a time.
 *
 * A table is opened when the cursor first comes to it and closed when it leaves it, so a `seek` costs
 * a binary search over the tables and one seek within a table. The tables must be in ascending
 * order.
 */
export function levelCursor(tables: readonly TableMeta[], options: LevelCursorOptions): Cursor {
  return new LevelCursor(tables, options);
}

class LevelCursor implements Cursor {
  valid = false;
  keyBytes: Uint8Array = EMPTY_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  valueStart = 0;
  valueEnd = 0;

  readonly tables: readonly TableMeta[];
  readonly options: LevelCursorOptions;
  readonly compare: RangeCompare;
  /** The open table's cursor, and its place in `tables`; -1 while none is open. */
  child: Cursor | undefined = undefined;
  at = -1;

  constructor(tables: readonly TableMeta[], options: LevelCursorOptions) {
    this.tables = tables;
    this.options = options;
    this.compare = options.compare ?? compareInternalKeys;
  }

  next(): boolean {
    if (!this.valid) return false;
    const child = this.child!; // valid: the cursor stands in an open table
    this.valid = false;
    return child.next() ? this.load(child) : this.firstFrom(this.at + 1);
  }

  previous(): boolean {
    if (!this.valid) return false;
    const child = this.child!;
    this.valid = false;
    return child.previous() ? this.load(child) : this.lastFrom(this.at - 1);
  }

  first(): boolean {
    this.valid = false;
    return this.firstFrom(0);
  }

  last(): boolean {
    this.valid = false;
    return this.lastFrom(this.tables.length - 1);
  }

  seek(key: Uint8Array, start: number, end: number): boolean {
    this.valid = false;
    const { find } = this.options;
    const at = find === undefined ? this.search(key, start, end) : find(key, start, end);
    if (at === this.tables.length) return false;
    const child = this.enter(at);
    return child.seek(key, start, end) ? this.load(child) : this.firstFrom(at + 1);
  }

  /** Finds the first table that ends at or after the key. */
  search(key: Uint8Array, start: number, end: number): number {
    let low = 0;
    let high = this.tables.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { largest } = this.tables[middle]!;
      if (this.compare(largest, 0, largest.length, key, start, end) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  close(): void {
    this.valid = false;
    const { child } = this;
    this.child = undefined;
    this.at = -1;
    if (child === undefined) return;
    if (this.options.closeTable === undefined) child.close();
    else this.options.closeTable(child);
  }

  /** Opens the table at `index`, unless it is the one that is open. */
  enter(index: number): Cursor {
    if (this.at === index && this.child !== undefined) return this.child;
    this.close();
    this.child = this.options.openTable(this.tables[index]!);
    this.at = index;
    return this.child;
  }

  firstFrom(index: number): boolean {
    for (let i = index; i < this.tables.length; i++) {
      const child = this.enter(i);
      if (child.first()) return this.load(child);
    }
    return false;
  }

  lastFrom(index: number): boolean {
    for (let i = index; i >= 0; i--) {
      const child = this.enter(i);
      if (child.last()) return this.load(child);
    }
    return false;
  }

  load(child: Cursor): boolean {
    this.keyBytes = child.keyBytes;
    this.keyStart = child.keyStart;
    this.keyEnd = child.keyEnd;
    this.valueBytes = child.valueBytes;
    this.valueStart = child.valueStart;
    this.valueEnd = child.valueEnd;
    this.valid = true;
    return true;
  }
}
