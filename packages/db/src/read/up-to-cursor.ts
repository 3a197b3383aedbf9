/**
 * A cursor over internal keys that leaves out what is newer than a sequence: it never stands on
 * such an entry, which a memtable may still change.
 */
import { type Cursor, EMPTY_BYTES, readSequence } from '@jump/base';

/** Shows the entries of a cursor up to a sequence; owns the cursor. */
export class UpToCursor implements Cursor {
  valid = false;
  keyBytes: Uint8Array = EMPTY_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  valueStart = 0;
  valueEnd = 0;
  readonly #cursor: Cursor;
  readonly #sequence: number;

  constructor(cursor: Cursor, sequence: number) {
    this.#cursor = cursor;
    this.#sequence = sequence;
  }

  first(): boolean {
    return this.#forward(this.#cursor.first());
  }

  last(): boolean {
    return this.#backward(this.#cursor.last());
  }

  seek(key: Uint8Array, start: number, end: number): boolean {
    return this.#forward(this.#cursor.seek(key, start, end));
  }

  next(): boolean {
    return this.#forward(this.#cursor.next());
  }

  previous(): boolean {
    return this.#backward(this.#cursor.previous());
  }

  close(): void {
    this.valid = false;
    this.#cursor.close();
  }

  #forward(found: boolean): boolean {
    let more = found;
    while (more && this.#isNewer()) more = this.#cursor.next();
    return this.#show(more);
  }

  #backward(found: boolean): boolean {
    let more = found;
    while (more && this.#isNewer()) more = this.#cursor.previous();
    return this.#show(more);
  }

  #isNewer(): boolean {
    return readSequence(this.#cursor.keyBytes, this.#cursor.keyEnd) > this.#sequence;
  }

  #show(valid: boolean): boolean {
    this.valid = valid;
    const cursor = this.#cursor;
    this.keyBytes = cursor.keyBytes;
    this.keyStart = cursor.keyStart;
    this.keyEnd = cursor.keyEnd;
    this.valueBytes = cursor.valueBytes;
    this.valueStart = cursor.valueStart;
    this.valueEnd = cursor.valueEnd;
    return valid;
  }
}
