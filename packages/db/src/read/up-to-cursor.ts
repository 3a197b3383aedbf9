/**
 * A cursor over internal keys that leaves out what is newer than a sequence: it never stands on
 * such an entry, which a memtable may still change.
 */
import { type Cursor, readSequence } from '@jump/base';
import { WrappedCursor } from './wrapped-cursor.ts';

/** Shows the entries of a cursor up to a sequence; owns the cursor. */
export class UpToCursor extends WrappedCursor {
  readonly #sequence: number;

  constructor(cursor: Cursor, sequence: number) {
    super(cursor);
    this.#sequence = sequence;
  }

  first(): boolean {
    return this.#forward(this.cursor.first());
  }

  last(): boolean {
    return this.#backward(this.cursor.last());
  }

  seek(key: Uint8Array, start: number, end: number): boolean {
    return this.#forward(this.cursor.seek(key, start, end));
  }

  next(): boolean {
    return this.#forward(this.cursor.next());
  }

  previous(): boolean {
    return this.#backward(this.cursor.previous());
  }

  #forward(found: boolean): boolean {
    let more = found;
    while (more && this.#isNewer()) more = this.cursor.next();
    return this.show(more);
  }

  #backward(found: boolean): boolean {
    let more = found;
    while (more && this.#isNewer()) more = this.cursor.previous();
    return this.show(more);
  }

  #isNewer(): boolean {
    return readSequence(this.cursor.keyBytes, this.cursor.keyEnd) > this.#sequence;
  }
}
