import { type Cursor, compareInternalKeys, compareRanges, type RangeCompare } from '@jump/base';
import { cursorContract } from './cursor-contract.ts';
import type { Entry } from './entries.ts';

/** The simplest cursor that there can be: an index in an array. */
class ArrayCursor implements Cursor {
  readonly #list: readonly Entry[];
  readonly #compare: RangeCompare;
  #index = -1;

  constructor(list: readonly Entry[], compare: RangeCompare) {
    this.#list = list;
    this.#compare = compare;
  }
  get valid(): boolean {
    return this.#list[this.#index] !== undefined;
  }
  get keyBytes(): Uint8Array {
    return this.#list[this.#index]!.key;
  }
  readonly keyStart = 0;
  get keyEnd(): number {
    return this.keyBytes.length;
  }
  get valueBytes(): Uint8Array {
    return this.#list[this.#index]!.value;
  }
  readonly valueStart = 0;
  get valueEnd(): number {
    return this.valueBytes.length;
  }
  first(): boolean {
    return this.#go(0);
  }
  last(): boolean {
    return this.#go(this.#list.length - 1);
  }
  next(): boolean {
    return this.#go(this.#index + 1);
  }
  previous(): boolean {
    return this.#go(this.#index - 1);
  }
  seek(key: Uint8Array, start: number, end: number): boolean {
    const index = this.#list.findIndex(
      (entry) => this.#compare(entry.key, 0, entry.key.length, key, start, end) >= 0,
    );
    return this.#go(index === -1 ? this.#list.length : index);
  }
  close(): void {}

  #go(index: number): boolean {
    this.#index = index;
    return this.valid;
  }
}

cursorContract({
  name: 'a cursor over an array of raw keys',
  keys: 'raw',
  open: (entries) => new ArrayCursor(entries, compareRanges),
});
cursorContract({
  name: 'a cursor over an array of internal keys',
  keys: 'internal',
  open: (entries) => new ArrayCursor(entries, compareInternalKeys),
});
