/**
 * The rows that a list of all stored versions is merged of: the logs, each table of level 0, each
 * deeper level; from files of one moment, beside a live writer too.
 */
import { JumpError, type RangeCompare, rangeCompare, reasonOf, TRAILER_LENGTH } from '@jump/base';
import { type LogHole, LogOrder, LogReader } from '@jump/log';
import { logName, type TableMeta, type VersionSet } from '@jump/manifest';
import { BlockCache, type TableGap, type TableRange, TableReader } from '@jump/sstable';
import { joinPath, type Vfs } from '@jump/vfs';
import type { Settings } from '../options.ts';
import { liveLogs } from '../recovery/recovery.ts';
import { HeldFiles } from './held-files.ts';
import { ATTEMPTS, readVersions, sameFiles } from './live-directory.ts';
import { tablePath } from './table-cache.ts';

/** One version of a key, as a file has it. */
export interface Found {
  /** The key. */
  readonly userKey: Uint8Array;
  /** Which write of the store it was. */
  readonly sequence: bigint;
  /** Whether the write gave the key a value or deleted it. */
  readonly kind: 'value' | 'deletion';
  /** The value; empty if it is a deletion. */
  readonly value: Uint8Array;
  /** The table or log that it lies in. */
  readonly file: string;
  /** The table's level; `undefined` if it lies in a log. */
  readonly level: number | undefined;
  /** Where in the file its block, or its batch, begins. */
  readonly offset: number;
}

/** A part of a store that cannot be read. */
export interface StoreGap {
  /** The table or log. */
  readonly file: string;
  /** Where it begins. */
  readonly offset: number;
  /** How long it is; 0 if no version is lost with it, or nobody knows. */
  readonly bytes: number;
  /** What is wrong. */
  readonly reason: string;
}

/** Whether a version comes before another: keys ascend, sequences of a key descend. */
export function isBefore(a: Found, b: Found, compareUser: RangeCompare): boolean {
  const order = compareUser(a.userKey, 0, a.userKey.length, b.userKey, 0, b.userKey.length);
  return order < 0 || (order === 0 && a.sequence > b.sequence);
}

/** The files of one moment, held open. */
export interface HeldStore {
  readonly held: HeldFiles;
  readonly versions: VersionSet;
  /** The logs' paths, oldest first. */
  readonly logs: readonly string[];
}

/** Reads the files of a store. */
export class VersionRows {
  readonly compareUser: RangeCompare;
  readonly #vfs: Vfs;
  readonly #directory: string;
  readonly #settings: Settings;
  readonly #tolerant: boolean;
  readonly #onGap: (gap: StoreGap) => void;
  /** Nothing is read twice. */
  readonly #cache = new BlockCache(0);

  constructor(
    vfs: Vfs,
    directory: string,
    settings: Settings,
    tolerant: boolean,
    onGap: (gap: StoreGap) => void,
  ) {
    this.#vfs = vfs;
    this.#directory = directory;
    this.#settings = settings;
    this.#tolerant = tolerant;
    this.#onGap = onGap;
    this.compareUser = rangeCompare(settings.comparator);
  }

  /** Opens all files of the newest state; again while a writer changes it. */
  hold(): HeldStore {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const versions = this.#readVersions();
      const held = new HeldFiles(this.#vfs);
      try {
        const store = { held, versions, logs: this.#holdFiles(held, versions) };
        if (sameFiles(versions, this.#readVersions())) return store;
      } catch (error) {
        held.close();
        // A log that a writer has removed meanwhile; or one that is missing, if nothing changed.
        if (!(error instanceof JumpError)) throw error;
        if (sameFiles(versions, this.#readVersions())) throw error;
      }
      held.close();
    }
    const what = `changed during each of ${ATTEMPTS} attempts to read it`;
    throw new JumpError('JUMP_IO', what, { file: this.#directory });
  }

  /** Opens tables and logs; returns the logs' paths. A table that is missing is told when read. */
  #holdFiles(held: HeldFiles, versions: VersionSet): string[] {
    const logs = this.#liveLogs(versions);
    // Looking at a file holds it.
    for (const { number } of versions.current.levels.flat()) {
      tablePath(held.vfs, this.#directory, number);
    }
    for (const log of logs) held.vfs.stat(log);
    return logs;
  }

  #readVersions(): VersionSet {
    return readVersions(this.#vfs, this.#directory, this.#settings.comparator);
  }

  #liveLogs(versions: VersionSet): string[] {
    const mode = this.#tolerant ? 'salvage' : 'strict';
    const numbers = liveLogs(this.#vfs, this.#directory, versions, mode, (file) =>
      this.#onGap({ file, offset: 0, bytes: 0, reason: 'the log is missing' }),
    );
    return numbers.map((number) => joinPath(this.#directory, logName(number)));
  }

  /** What the logs have, sorted. */
  *logRow(store: HeldStore, range: TableRange): Generator<Found, void, undefined> {
    const { held, logs, versions } = store;
    const found: Found[] = [];
    const { ours, lastSequence, durableSequence } = versions;
    const first = ours ? BigInt(lastSequence) + 1n : undefined;
    const order = new LogOrder({ first, durable: BigInt(durableSequence) });
    for (const file of logs) {
      const size = held.vfs.stat(file)?.size ?? 0;
      for (const entry of LogReader.open({ vfs: held.vfs, path: file }).entries()) {
        if (entry.type === 'damage') this.#logGap({ file, ...entry }, size);
        this.#logHole(file, order.take(entry));
        if (entry.type !== 'entry' || !this.#isWithin(entry.userKey, range)) continue;
        const { userKey, sequence, kind, value, offset } = entry;
        found.push({ userKey, sequence, kind, value, file, level: undefined, offset });
      }
    }
    const last = logs.at(-1);
    if (last !== undefined) this.#logHole(last, order.end(held.vfs.stat(last)?.size ?? 0));
    found.sort((a, b) => (isBefore(a, b, this.compareUser) ? -1 : 1));
    yield* found;
  }

  #logHole(file: string, hole: LogHole | undefined): void {
    if (hole === undefined) return;
    const { offset, reason, durable, told } = hole;
    if (durable && !this.#tolerant) {
      const what = `${reason}, though they were on the disk`;
      throw new JumpError('JUMP_CORRUPTION', what, { file, offset });
    }
    if (!told) this.#onGap({ file, offset, bytes: 0, reason });
  }

  #logGap({ file, offset, bytes, reason }: StoreGap, size: number): void {
    // The end of a log may be cut off by any crash.
    if (!this.#tolerant && offset + bytes < size) {
      throw new JumpError('JUMP_CORRUPTION', reason, { file, offset });
    }
    this.#onGap({ file, offset, bytes, reason });
  }

  #isWithin(key: Uint8Array, { gte, gt, lte, lt }: TableRange): boolean {
    const compare = (bound: Uint8Array): number =>
      this.compareUser(key, 0, key.length, bound, 0, bound.length);
    if (gte !== undefined && compare(gte) < 0) return false;
    if (gt !== undefined && compare(gt) <= 0) return false;
    if (lte !== undefined && compare(lte) > 0) return false;
    return lt === undefined || compare(lt) < 0;
  }

  /** What the tables of a level have, one after the other. */
  *tableRow(
    { held }: HeldStore,
    tables: readonly TableMeta[],
    level: number,
    range: TableRange,
  ): Generator<Found, void, undefined> {
    for (const table of tables) {
      if (this.#isOutside(table, range)) continue;
      const file = tablePath(held.vfs, this.#directory, table.number);
      const reader = this.#open(held.vfs, file, table);
      if (reader === undefined) continue;
      const told = new Set<number>();
      try {
        this.#tellGaps(file, reader.gaps, told);
        for (const entry of reader.internalEntries(range)) {
          const { userKey, sequence, kind, value, offset } = entry;
          yield { userKey, sequence, kind, value, file, level, offset };
        }
      } finally {
        this.#tellGaps(file, reader.gaps, told);
        reader.close();
      }
    }
  }

  #isOutside({ smallest, largest }: TableMeta, range: TableRange): boolean {
    const first = smallest.subarray(0, -TRAILER_LENGTH);
    const last = largest.subarray(0, -TRAILER_LENGTH);
    const { gte, gt, ...upper } = range;
    return (
      !this.#isWithin(last, gte === undefined ? ((gt && { gt }) ?? {}) : { gte }) ||
      !this.#isWithin(first, upper)
    );
  }

  #open(vfs: Vfs, path: string, { fileSize }: TableMeta): TableReader | undefined {
    const { comparator, codecs } = this.#settings;
    const tolerant = this.#tolerant;
    try {
      const options = { keys: 'internal', comparator, cache: this.#cache, tolerant } as const;
      const given = codecs === undefined ? {} : { codecs };
      const reader = TableReader.open({ vfs, path }, { ...options, ...given });
      const { problem } = reader;
      if (problem === undefined) return reader;
      const { offset = fileSize } = problem;
      this.#onGap({ file: path, offset, bytes: 0, reason: reasonOf(problem) });
      return reader;
    } catch (error) {
      if (!(error instanceof JumpError) || error.systemCode !== 'ENOENT') throw error;
      const reason = 'is missing, and the manifest names it';
      if (!tolerant) throw new JumpError('JUMP_CORRUPTION', reason, { file: path, cause: error });
      this.#onGap({ file: path, offset: 0, bytes: fileSize, reason });
      return undefined;
    }
  }

  #tellGaps(file: string, gaps: readonly TableGap[], told: Set<number>): void {
    for (const { offset, bytes, reason } of gaps) {
      if (told.has(offset)) continue;
      told.add(offset);
      this.#onGap({ file, offset, bytes, reason });
    }
  }
}
