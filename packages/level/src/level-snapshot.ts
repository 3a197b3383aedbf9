/** Level's explicit snapshots. */
import type { Snapshot } from '@jump/db';
import { AbstractSnapshot } from 'abstract-level';
import type { Data } from './views.ts';

/** A snapshot; made by `db.snapshot()`. */
export class LevelSnapshot extends AbstractSnapshot {
  /** The store's own. @internal */
  readonly inner: Snapshot<Data, Data>;

  /** Snapshots are made by the database. @internal */
  constructor(inner: Snapshot<Data, Data>, options: object) {
    // Declared without the owner that it needs.
    super(...([options] as unknown as []));
    this.inner = inner;
  }

  /** Called by abstract-level. @internal */
  async _close(): Promise<void> {
    this.inner.release();
  }
}

/** Throws Level's own error if a snapshot was closed. */
export function checkOpen(snapshot: unknown): void {
  (snapshot as LevelSnapshot).ref();
  (snapshot as LevelSnapshot).unref();
}

/** The store's snapshot, of an option. */
export function innerSnapshot(snapshot: unknown): Snapshot<Data, Data> | undefined {
  return (snapshot as LevelSnapshot | undefined)?.inner;
}
