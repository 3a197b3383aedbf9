/**
 * A checkpoint: a copy of an open store, as of one moment, in a directory of its own.
 *
 * The moment is the call: it takes the newest sequence, pins the version, and so keeps the tables
 * and what the memtables hold up to that sequence, whatever flushes and merges do meanwhile. Then,
 * in slices:
 *
 *   1. each table of the version gets a second name in the copy, or is copied, where the file
 *      system knows no second names: tables never change, so both stores can have them;
 *   2. what is in no table yet is read from the memtables and becomes one table of the copy. The
 *      store need not flush for it, and no level 0 grows: a checkpoint every minute costs writers
 *      nothing but the time of the thread;
 *   3. a log that holds nothing but a mark, the manifest, and, last of all, CURRENT.
 *
 * The power may go at any time: without CURRENT the directory is no store, and is refused as one.
 */
import { type Cursor, JumpError, wrongType } from '@jump/base';
import { DropRule, mergeCursors, writeTables } from '@jump/compaction';
import {
  type AddedTable,
  oldTableName,
  type TableMeta,
  tableName,
  writeFirstManifest,
} from '@jump/manifest';
import { joinPath, nodeVfs, type Vfs } from '@jump/vfs';
import { FileCopier } from './copy-file.ts';
import { isInside, resolvePath } from './directories.ts';
import { NewStore } from './new-store.ts';
import type { Settings } from './options.ts';
import type { ReadSource } from './read/read-path.ts';
import { UpToCursor } from './read/up-to-cursor.ts';
import { Slices } from './slices.ts';
import { tableSpec } from './table-spec.ts';
import { writeFirstLog } from './write/first-log.ts';

/** An open store, seen by a checkpoint. */
export interface CheckpointSource {
  /** What it holds. */
  readonly source: ReadSource;
  readonly vfs: Vfs;
  readonly directory: string;
  readonly settings: Settings;
}

/**
 * Copies a store as it is now. Resolves when the copy is on stable storage and can be opened.
 *
 * @throws TypeError or RangeError for a path that is none; JUMP_EXISTS if something is there,
 *   JUMP_UNSUPPORTED inside the store, JUMP_CLOSED if the store is closed before the end, JUMP_IO;
 *   nothing is left behind then
 */
export async function makeCheckpoint(from: CheckpointSource, given: unknown): Promise<void> {
  const { source, settings } = from;
  source.checkOpen();
  if (given === undefined) throw wrongType('directory', 'a string', given);
  const path = resolvePath(given);
  // A store in memory, made without a vfs, has a file system that nobody else can get at.
  const vfs = settings.vfs ?? nodeVfs;
  const target = vfs.resolve?.(path) ?? path;
  if (vfs === from.vfs && isInside(vfs, target, from.directory)) {
    const message = `inside the store itself, ${from.directory}: a copy must lie outside of it`;
    throw new JumpError('JUMP_UNSUPPORTED', message, { file: target });
  }
  const copy = NewStore.begin(vfs, target);
  const checkpoint = new Checkpoint(from, copy);
  try {
    await checkpoint.make();
  } catch (error) {
    copy.abandon();
    throw error;
  } finally {
    checkpoint.release();
  }
  copy.finish();
}

class Checkpoint {
  readonly #from: CheckpointSource;
  readonly #copy: NewStore;
  readonly #slices: Slices;
  /** Releases what is pinned. */
  readonly release: () => void;
  readonly #sequence: number;
  readonly #levels: readonly (readonly TableMeta[])[];
  readonly #memtables: readonly ReadSource['active'][];

  /** Takes the moment. */
  constructor(from: CheckpointSource, copy: NewStore) {
    const { source } = from;
    this.#from = from;
    this.#copy = copy;
    this.#slices = new Slices(() => source.checkOpen());
    const { active, immutable, version, lastSequence, pins } = source;
    this.#sequence = lastSequence;
    this.#levels = version.levels;
    this.#memtables = immutable === undefined ? [active] : [active, immutable];
    const pin = pins.acquire('iterator', lastSequence, version);
    this.release = () => void pins.release(pin);
  }

  async make(): Promise<void> {
    const tables = await this.#copyTables();
    const number = Math.max(0, ...tables.map(({ table }) => table.number)) + 1;
    const newest = await this.#writeMemtables(number);
    const { vfs, directory } = this.#copy;
    writeFirstLog(vfs, directory, number + 1, this.#sequence);
    writeFirstManifest(
      vfs,
      directory,
      number + 2,
      {
        comparator: this.#from.settings.comparator.name,
        tables: [...tables, ...newest.map((table) => ({ level: 0, table }))],
        logNumber: number + 1,
        nextFileNumber: number + 3,
        lastSequence: this.#sequence,
      },
      () => this.#copy.check(),
    );
  }

  async #copyTables(): Promise<AddedTable[]> {
    const { vfs } = this.#from;
    const copier = new FileCopier(vfs, this.#copy.vfs, vfs === this.#copy.vfs, this.#slices);
    const copied: AddedTable[] = [];
    for (const [level, tables] of this.#levels.entries()) {
      for (const table of tables) {
        copied.push({ level, table: await this.#copyTable(copier, table) });
        await this.#slices.pause();
      }
    }
    return copied;
  }

  /**
   * Copies a table. Where we only read, its writer may have removed the name: then what our open
   * file still has is written anew.
   */
  async #copyTable(copier: FileCopier, table: TableMeta): Promise<TableMeta> {
    const { vfs, directory } = this.#from;
    for (const name of [tableName(table.number), oldTableName(table.number)]) {
      const path = joinPath(directory, name);
      // A link that fails for this alone would have all other tables copied.
      if (vfs.stat(path) === undefined) continue;
      try {
        await copier.linkOrCopy(path, this.#copy.path(name));
        return table;
      } catch (error) {
        if (!(error instanceof JumpError) || error.systemCode !== 'ENOENT') throw error;
      }
    }
    const lease = this.#from.source.tables.lease(false);
    try {
      const [written] = await this.#write(lease.open(table), table.number);
      return written ?? table;
    } finally {
      lease.release();
    }
  }

  /** Makes a table of what is in memory, up to the moment; none if that is nothing. */
  #writeMemtables(number: number): Promise<readonly TableMeta[]> {
    const cursors = this.#memtables.map((one) => new UpToCursor(one.cursor(), this.#sequence));
    return this.#write(mergeCursors(cursors, this.#from.source.compareInternal), number);
  }

  async #write(cursor: Cursor, number: number): Promise<readonly TableMeta[]> {
    const { settings } = this.#from;
    const { comparator, filter } = settings;
    const { vfs, directory } = this.#copy;
    const steps = writeTables(cursor, {
      vfs,
      directory,
      numbers: { first: number, count: 1 },
      comparator,
      table: tableSpec(settings),
      filter,
      rule: new DropRule({ snapshots: [], older: 'everywhere', comparator }),
    });
    const { tables } = await this.#slices.run(steps);
    return tables;
  }
}
