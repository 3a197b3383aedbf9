/** A cursor over entries in an array: the simplest child of a merge. */
import { type Cursor, compareInternalKeys, EMPTY_BYTES, type RangeCompare } from '@jump/base';
import type { Entry } from '@jump/testkit';

export class ListCursor implements Cursor {
  valid = false;
  keyBytes: Uint8Array = EMPTY_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  valueStart = 0;
  valueEnd = 0;
  closed = false;
  readonly #list: readonly Entry[];
  readonly #compare: RangeCompare;
  #index = 0;

  constructor(list: readonly Entry[], compare: RangeCompare = compareInternalKeys) {
    this.#list = list;
    this.#compare = compare;
  }

  first(): boolean {
    return this.#stand(0);
  }
  last(): boolean {
    return this.#stand(this.#list.length - 1);
  }
  next(): boolean {
    return this.#stand(this.#index + 1);
  }
  previous(): boolean {
    return this.#stand(this.#index - 1);
  }
  seek(key: Uint8Array, start: number, end: number): boolean {
    const index = this.#list.findIndex(
      (entry) => this.#compare(entry.key, 0, entry.key.length, key, start, end) >= 0,
    );
    return this.#stand(index === -1 ? this.#list.length : index);
  }
  close(): void {
    this.valid = false;
    this.closed = true;
  }

  #stand(index: number): boolean {
    const entry = this.#list[index];
    this.#index = index;
    this.valid = entry !== undefined;
    if (entry !== undefined) {
      this.keyBytes = entry.key;
      this.keyEnd = entry.key.length;
      this.valueBytes = entry.value;
      this.valueEnd = entry.value.length;
    }
    return this.valid;
  }
}
