/** What cursors have in common that show the entries of another one, or some of them. */
import { type Cursor, EMPTY_BYTES } from '@jump/base';

/** A cursor over another, which it owns. Its fields are copies: reading one costs a load. */
export abstract class WrappedCursor implements Cursor {
  valid = false;
  keyBytes: Uint8Array = EMPTY_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  valueStart = 0;
  valueEnd = 0;
  /** The one whose entries are shown. */
  protected readonly cursor: Cursor;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  abstract first(): boolean;
  abstract last(): boolean;
  abstract seek(key: Uint8Array, start: number, end: number): boolean;
  abstract next(): boolean;
  abstract previous(): boolean;

  close(): void {
    this.valid = false;
    this.cursor.close();
  }

  /** Stands where the other cursor does, if there is an entry; returns whether there is. */
  protected show(valid: boolean): boolean {
    const { cursor } = this;
    this.valid = valid;
    this.keyBytes = cursor.keyBytes;
    this.keyStart = cursor.keyStart;
    this.keyEnd = cursor.keyEnd;
    this.valueBytes = cursor.valueBytes;
    this.valueStart = cursor.valueStart;
    this.valueEnd = cursor.valueEnd;
    return valid;
  }
}
