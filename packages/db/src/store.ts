/**
 * The state of an open store, and its health. Everything else of this package works on it.
 *
 * Invariants: `version` is what the manifest on the disk says. Entries up to `flushedSequence` are in
 * tables; those after it in `immutable` (if any) and `active`, and in the logs from the manifest's log
 * number on. Only the thread that opened the store changes any of this.
 */
import {
  bytewiseComparator,
  internalRangeCompare,
  JumpError,
  type RangeCompare,
  rangeCompare,
} from '@jump/base';
import type { Version, VersionSet } from '@jump/manifest';
import type { BlockCache } from '@jump/sstable';
import type { Vfs, VfsLock } from '@jump/vfs';
import { type JumpEvent, tell } from './events.ts';
import type { Settings } from './options.ts';
import { Pins } from './read/pins.ts';
import { readsPerLook } from './read/read-debt.ts';
import type { ReadSource } from './read/read-path.ts';
import type { TableCache } from './read/table-cache.ts';
import { Memtable } from './write/memtable.ts';
import { MemtablePool } from './write/memtable-pool.ts';

/** What a store is opened with. */
export interface StoreParts {
  readonly vfs: Vfs;
  readonly directory: string;
  readonly settings: Settings;
  readonly lock: VfsLock;
  readonly versions: VersionSet;
  readonly tables: TableCache;
  readonly cache: BlockCache;
  /** Whether memtables can be read by a worker. */
  readonly shared: boolean;
}

/**
 * Memory that a memtable is kept with, in times its size: nodes, and what large entries left over.
 */
const KEPT_MEMTABLES = 3;

/** Counts for `stats()`. */
export interface Counters {
  /** Bytes of user keys and values written. */
  userBytes: number;
  /** Bytes of tables written by flushes and merges. */
  tableBytes: number;
  flushes: number;
  compactions: number;
  /** How often, and how long, writers waited because nothing else was left. */
  stalls: number;
  stallMs: number;
  /** How often, and how long, they paused so that this need not be. */
  pauses: number;
  pauseMs: number;
}

/** An open store. */
export class Store implements ReadSource {
  readonly vfs: Vfs;
  readonly directory: string;
  readonly settings: Settings;
  readonly lock: VfsLock;
  readonly versions: VersionSet;
  readonly tables: TableCache;
  readonly cache: BlockCache;
  readonly shared: boolean;
  readonly compareUser: RangeCompare;
  readonly compareInternal: RangeCompare;
  readonly pins: Pins;
  readonly memtables: MemtablePool;
  readonly counters: Counters = {
    userBytes: 0,
    tableBytes: 0,
    flushes: 0,
    compactions: 0,
    stalls: 0,
    stallMs: 0,
    pauses: 0,
    pauseMs: 0,
  };
  /** Messages of background errors, oldest first; at most 100. */
  readonly backgroundErrors: string[] = [];
  active: Memtable;
  immutable: Memtable | undefined = undefined;
  version: Version;
  lastSequence: number;
  /** Entries up to here are in tables. */
  flushedSequence: number;
  readsPerLook: number = readsPerLook(0);
  /** Called when so many reads have gone to tables. */
  onReads: () => void = () => {};
  /** Called when a reader has let go. */
  onRelease: () => void = () => {};
  /** Called once, when the store is poisoned. */
  onPoison: (error: JumpError) => void = () => {};
  #closed = false;
  #poison: { readonly cause: unknown; seen: boolean } | undefined;

  /** Takes over what recovery has made ready. */
  constructor(parts: StoreParts) {
    this.vfs = parts.vfs;
    this.directory = parts.directory;
    this.settings = parts.settings;
    this.lock = parts.lock;
    this.versions = parts.versions;
    this.tables = parts.tables;
    this.cache = parts.cache;
    this.shared = parts.shared;
    this.compareUser = rangeCompare(parts.settings.comparator);
    this.compareInternal = internalRangeCompare(parts.settings.comparator);
    this.version = parts.versions.current;
    this.lastSequence = parts.versions.lastSequence;
    this.flushedSequence = this.lastSequence;
    this.pins = new Pins(
      (highest) => this.active.protect(highest),
      () => this.onRelease(),
    );
    const { comparator, memtableSize: size } = parts.settings;
    this.memtables = new MemtablePool(
      () => new Memtable({ comparator, shared: parts.shared, size }),
      this.pins,
      // An order of the user's may write in the middle of a search, and so end the memtable
      // searched.
      comparator === bytewiseComparator ? KEPT_MEMTABLES * size : 0,
    );
    this.active = this.memtables.take();
  }

  /** Whether the store was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Closes the store for callers; files are closed by whoever calls this. */
  markClosed(): void {
    this.#closed = true;
  }

  checkOpen(): void {
    if (this.#closed) throw new JumpError('JUMP_CLOSED', `the store ${this.directory} is closed`);
  }

  /** Throws unless writes are accepted. */
  checkWritable(): void {
    this.checkOpen();
    if (this.#poison !== undefined) {
      this.#poison.seen = true;
      throw this.#poisoned(this.#poison.cause);
    }
  }

  /** Whether nothing more can be written. */
  get poisoned(): boolean {
    return this.#poison !== undefined;
  }

  /** The error of a failure that happened outside any call, and that no call has thrown yet. */
  takeUnseenFailure(): JumpError | undefined {
    if (this.#poison === undefined || this.#poison.seen) return undefined;
    this.#poison.seen = true;
    return this.#poisoned(this.#poison.cause);
  }

  /**
   * Takes note that what the disk holds is unknown: nothing more is written or deleted.
   *
   * @param outside - whether no caller will get the error that this returns
   */
  poison(cause: unknown, outside = false): Error {
    if (this.#poison === undefined) {
      this.#poison = { cause, seen: !outside };
      this.report(cause, true);
      this.onPoison(this.#poisoned(cause));
    }
    return cause instanceof Error ? cause : this.#poisoned(cause);
  }

  /** Tells of a background error: in `stats()`, and by an event. */
  report(error: unknown, poisoned: boolean): void {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof JumpError ? error.code : 'JUMP_IO';
    if (this.backgroundErrors.length < 100) this.backgroundErrors.push(message);
    this.emit({ type: 'error', code, message, poisoned });
  }

  /** Calls the user's `onEvent`; what it throws becomes an uncaught exception, not a failed write. */
  emit(event: JumpEvent): void {
    tell(this.settings.onEvent, event);
  }

  #poisoned(cause: unknown): JumpError {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new JumpError(
      'JUMP_POISONED',
      `the store takes no more writes until it is opened again, since a write failed: ${why}`,
      { cause },
    );
  }
}
