/** Array batches. */
import type { Batch, JumpDB } from '@jump/db';
import type { Data, Format } from './views.ts';

/** A write of many, as abstract-level hands it over. */
export interface BatchOperation {
  readonly type: 'put' | 'del';
  readonly key: Data;
  readonly value?: Data;
  readonly keyEncoding: Format;
  readonly valueEncoding?: Format;
}

/** Makes many writes at once, in a batch that keeps its memory from one time to the next. */
export class BatchWriter {
  readonly #view: JumpDB<Data, Data>;
  #spare: Batch<Data, Data> | undefined;

  /** Writes to a view of a store. */
  constructor(view: JumpDB<Data, Data>) {
    this.#view = view;
  }

  /** Makes the writes, all or none. */
  write(operations: readonly BatchOperation[]): void {
    const batch = this.#spare ?? this.#view.batch();
    // Gone while it is in use: who listens to the store may write a batch in the middle of this.
    this.#spare = undefined;
    for (const { type, key, value } of operations) {
      // A put has a value: abstract-level has seen to that.
      if (type === 'put') batch.set(key, value!);
      else batch.delete(key);
    }
    batch.write();
    this.#spare = batch;
  }
}
