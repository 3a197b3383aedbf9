/**
 * Where loaded tables become part of a store: a new one, or one that is there already. Either way
 * one step on the disk, CURRENT or an edit of the manifest, makes all of them live.
 */
import { internalRangeCompare, rangeCompare } from '@jump/base';
import { type TableMeta, Version, writeFirstManifest } from '@jump/manifest';
import type { Engine } from '../engine.ts';
import type { NewStore } from '../new-store.ts';
import type { Settings } from '../options.ts';
import { writeFirstLog } from '../write/first-log.ts';
import { placeTables } from './placement.ts';

/** A store that takes tables. */
export interface LoadTarget {
  readonly directory: string;
  /** The newest sequence that is in use. */
  readonly lastSequence: number;
  /** Gives out so many file numbers, one after the other; returns the first. */
  takeNumbers(count: number): number;
  /** Makes the tables live, all in one step, and closes. @throws JUMP_IO */
  commit(tables: readonly TableMeta[], lastSequence: number): void;
  /** Closes, and leaves things as they were; the tables are removed already. Never throws. */
  abandon(): void;
}

/** A store that is put together out of nothing but the tables. */
export function newTarget(store: NewStore, { comparator }: Settings): LoadTarget {
  const { vfs, directory } = store;
  let next = 1;
  return {
    directory,
    lastSequence: 0,
    takeNumbers(count) {
      next += count;
      return next - count;
    },
    commit(tables, lastSequence) {
      const version = Version.empty(internalRangeCompare(comparator));
      const added = placeTables(tables, version, rangeCompare(comparator));
      writeFirstLog(vfs, directory, next, lastSequence);
      const contents = {
        comparator: comparator.name,
        tables: added,
        logNumber: next,
        nextFileNumber: next + 2,
        lastSequence,
      };
      writeFirstManifest(vfs, directory, next + 1, contents, () => store.check());
      store.finish();
    },
    abandon: () => store.abandon(),
  };
}

/** An open store that nobody else writes to, and that merges nothing meanwhile. */
export function openTarget(engine: Engine): LoadTarget {
  const { store } = engine;
  return {
    directory: store.directory,
    lastSequence: store.lastSequence,
    takeNumbers(count) {
      const first = store.versions.takeFileNumber();
      store.versions.markFileNumberUsed(first + count - 1);
      return first;
    },
    commit(tables, lastSequence) {
      const added = placeTables(tables, store.version, store.compareUser);
      // Nothing else changes the version: no merges run, and nobody writes.
      store.versions.logAndApply({ added, lastSequence }, { directorySynced: true });
      store.version = store.versions.current;
      store.lastSequence = lastSequence;
      store.flushedSequence = lastSequence;
      engine.close();
    },
    abandon() {
      try {
        engine.close();
      } catch {
        // The error that led here is the one to tell.
      }
    },
  };
}
