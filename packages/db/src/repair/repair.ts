/**
 * Rebuilding a damaged store out of its tables and logs.
 *
 *  1. Everything is read, and every checksum checked: CURRENT and all manifests, tables block by
 *     block, logs record by record. What cannot be read is noted, and nothing is given up for it
 *     but itself (`manifests.ts`, `table-survey.ts`, `log-salvage.ts`).
 *  2. It is decided which files make the store (`plan.ts`), and which of their entries must not come
 *     back: those of keys that something lost may have deleted (`doubts.ts`), and, where no manifest
 *     can be asked, those that a merge is done with (`kinship.ts`).
 *  3. All of it is merged by key and sequence, once, into one sorted run. LevelDB's repair puts the
 *     tables as they are into level 0, where a file's number decides which version of a key is the
 *     newest; numbers of left-overs promise nothing, sequences do. And a merge of everything drops
 *     all tombstones for good, with what they hide: nothing is left that could come back.
 *  4. Manifest, then CURRENT (`output.ts`).
 *
 * In memory at a time: a block or two of each table that overlaps others, and a memtable; in a dry
 * run, which has nowhere to put them, the entries of all logs.
 */
import {
  type Cursor,
  internalRangeCompare,
  JumpError,
  type RangeCompare,
  rangeCompare,
} from '@jump/base';
import { BlockCache } from '@jump/sstable';
import type { VfsLock } from '@jump/vfs';
import { NewStore } from '../new-store.ts';
import { Slices } from '../slices.ts';
import { readFilters, tableSpec } from '../table-spec.ts';
import { DoubtJudge, findDoubts } from './doubts.ts';
import { InPlaceOutput } from './in-place-output.ts';
import { JudgedCursor, NumberedCursor, VerdictCursor } from './judged-cursor.ts';
import { findKin, judgeByKin } from './kinship.ts';
import { inKnownOrder } from './known-order.ts';
import { sortLogs, surveyLogs } from './logs.ts';
import { type Manifests, readManifests } from './manifests.ts';
import { mergeSources } from './merge.ts';
import { type RepairOptions, type RepairRequest, resolveRepair } from './options.ts';
import { DryOutput, NewStoreOutput, type Output, type OutputOptions } from './output.ts';
import { type Findings, makePlan, type RepairPlan } from './plan.ts';
import { Progress } from './progress.ts';
import type { RepairReport } from './report.ts';
import type { Source } from './source.ts';
import { listStoreFiles, type StoreFiles } from './store-files.ts';
import { readerCursor, surveyTables, type TableReading, tableCursor } from './table-survey.ts';
import { TolerantVfs } from './tolerant-vfs.ts';
import { listWarnings, ofSuperseded } from './warnings.ts';

/**
 * Rebuilds a damaged store, of ours or of LevelDB, out of what is whole of its files: into a new
 * directory, unless told otherwise. Every block and every record is checked; of damaged files all
 * that is whole is kept; batches stay whole; sequences are respected, and what was deleted stays
 * deleted, as far as the files can tell. The report says what was kept and dropped, where and why.
 *
 * The store must not be open; it is locked meanwhile. Costs reading everything twice, or, if the
 * manifest is lost, three times, and writing what is kept once.
 *
 * @throws {JumpError} `JUMP_NOT_FOUND` if there is nothing to repair, `JUMP_LOCKED`, `JUMP_EXISTS` if
 *   the new directory is not empty, `JUMP_UNSUPPORTED` for another comparator or a format that is not
 *   known, `JUMP_IO`; what was there is then as it was, and nothing new is left
 */
export async function repair(path: string, options: RepairOptions = {}): Promise<RepairReport> {
  const request = resolveRepair(path, options);
  const { vfs, directory, dryRun, signal } = request;
  signal?.throwIfAborted();
  // Before a lock makes a file there.
  listStoreFiles(vfs, directory);
  const lock = dryRun ? undefined : lockStore(request);
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await new Repair(request, listStoreFiles(vfs, directory), lock).run();
      } catch (error) {
        if (!(dryRun && attempt < ATTEMPTS && hasChanged(error))) throw error;
      }
    }
  } finally {
    lock?.release();
  }
}

/** Dry runs of a store that somebody uses meanwhile. */
const ATTEMPTS = 5;

/** Whether a file was removed or changed while it was read. */
function hasChanged(error: unknown): boolean {
  if (!(error instanceof JumpError)) return false;
  return error.systemCode === 'ENOENT' || error.cause instanceof RangeError;
}

/** Locks the damaged store; where nobody can write, nobody needs to. */
function lockStore({ vfs, directory, inPlace, settings }: RepairRequest): VfsLock | undefined {
  try {
    return vfs.lock(directory, { requireKernelLock: settings.requireKernelLock });
  } catch (error) {
    const readOnly = error instanceof JumpError && error.systemCode === 'EROFS';
    if (readOnly && !inPlace) return undefined;
    throw error;
  }
}

/** How many keys were kept, and how many given up; see `VerdictCursor`. */
interface MergeCounts {
  readonly kept: number;
  readonly doubtful: number;
  readonly superseded: number;
}

class Repair {
  readonly #request: RepairRequest;
  readonly #files: StoreFiles;
  readonly #lock: VfsLock | undefined;
  readonly #vfs: TolerantVfs;
  readonly #slices: Slices;
  readonly #compare: RangeCompare;
  readonly #compareUser: RangeCompare;
  readonly #progress: Progress;

  constructor(request: RepairRequest, files: StoreFiles, lock: VfsLock | undefined) {
    this.#vfs = new TolerantVfs(request.vfs);
    this.#request = inKnownOrder(request, this.#vfs, files);
    this.#files = files;
    this.#lock = lock;
    this.#slices = new Slices(() => request.signal?.throwIfAborted());
    const { comparator } = this.#request.settings;
    this.#compare = internalRangeCompare(comparator);
    this.#compareUser = rangeCompare(comparator);
    this.#progress = new Progress(request.onProgress, files);
  }

  async run(): Promise<RepairReport> {
    const { directory, settings } = this.#request;
    const { comparator } = settings;
    const manifests = readManifests(this.#vfs, directory, this.#files, comparator);
    const output = this.#begin(manifests);
    try {
      const findings = await this.#survey(manifests);
      const plan = makePlan(findings, this.#compare);
      const sources = [...this.#tables(plan), ...(await this.#logs(plan, output))];
      const warnings = await this.#judge(plan, sources);
      const { kept, doubtful, superseded } = await this.#merge(sources, output);
      warnings.push(...ofSuperseded(superseded));
      await output.commit(plan.lastSequence);
      this.#progress.finish();
      return this.#report(plan, kept, doubtful, warnings, output);
    } catch (error) {
      output.abandon();
      throw asDamage(error, directory);
    }
  }

  /** Makes sure that there is somewhere to write to, before anything takes time. */
  #begin({ nextFileNumber }: Manifests): Output {
    const { vfs, directory, target, inPlace, dryRun, settings } = this.#request;
    const options: OutputOptions = {
      comparator: settings.comparator,
      compare: this.#compare,
      compareUser: this.#compareUser,
      table: tableSpec(settings),
      filter: settings.filter,
      slices: this.#slices,
    };
    if (dryRun) return new DryOutput(options);
    if (!inPlace) return new NewStoreOutput(NewStore.begin(vfs, target), options);
    const nextNumber = Math.max(this.#files.nextNumber, nextFileNumber);
    // In place, a lock was got or an error thrown.
    const lock = this.#lock!;
    const files = this.#files;
    return new InPlaceOutput(
      { reading: this.#vfs, vfs, directory, lock, files, nextNumber },
      options,
    );
  }

  async #survey(manifests: Manifests): Promise<Findings> {
    const { tables: tableFiles, logs: logFiles } = this.#files;
    const slices = this.#slices;
    const tables = await surveyTables(this.#reading(), tableFiles, slices, (done) =>
      this.#progress.tables(done),
    );
    const logs = await surveyLogs(this.#vfs, logFiles, slices, (done) => this.#progress.logs(done));
    return { files: this.#files, manifests, tables, logs };
  }

  #tables({ tables }: RepairPlan): Source[] {
    const reading = this.#reading();
    return tables.flatMap(({ table, rank, damage }) => {
      const { smallest, largest, fileSize, file } = table;
      if (smallest === undefined || largest === undefined) return [];
      const { name, number } = file;
      const open = (): Cursor => tableCursor(reading, table);
      return { name, number, log: false, damage, rank, fileSize, smallest, largest, open };
    });
  }

  #logs({ logs }: RepairPlan, output: Output): Promise<Source[]> {
    const { comparator, memtableSize: size } = this.#request.settings;
    const options = { comparator, shared: false, size };
    // What was spilled is ours.
    const reading = { ...this.#reading(), vfs: this.#request.vfs, codecs: undefined };
    return sortLogs(this.#vfs, logs, options, this.#slices, async (memtable, { name, number }) => {
      const table = await output.spill(memtable.cursor());
      if (table === undefined) return undefined;
      const path = output.path(table);
      const open = (): Cursor => readerCursor(reading, path);
      return { ...table, name, number, log: true, damage: [], rank: 0, open };
    });
  }

  #reading(): TableReading {
    const { comparator, codecs } = this.#request.settings;
    return { vfs: this.#vfs, comparator, codecs, cache: new BlockCache(0) };
  }

  /** Finds out which entries must not come back; returns what a person should know of it. */
  async #judge(plan: RepairPlan, sources: Source[]): Promise<string[]> {
    if (plan.strategy === 'files') await this.#judgeByKin(plan, sources);
    const { settings, doubtful } = this.#request;
    const { comparator, codecs } = settings;
    const judge = new DoubtJudge(this.#compare, this.#compareUser);
    const filters = doubtful === 'drop' ? readFilters(settings) : [];
    const doubts = findDoubts(this.#vfs, plan.tables, filters, { comparator, codecs });
    for (const source of doubts.length > 0 ? sources : []) {
      source.judge = judge.judge(judge.concerning(source, doubts));
    }
    return listWarnings(plan, sources, doubts, judge, this.#vfs);
  }

  async #judgeByKin({ tables, logs }: RepairPlan, sources: Source[]): Promise<void> {
    const places = new Map(sources.map((source, i) => [source, i]));
    const merged = mergeSources(
      sources,
      this.#compare,
      (source, cursor) => new NumberedCursor(cursor, places.get(source)!),
    );
    try {
      const kinship = await this.#slices.run(findKin(merged, sources));
      // What a damaged table has lost may still be in its log.
      const whole = tables.every(({ damage }) => damage.length === 0);
      const ours = new Set(logs.filter((log) => log.ours).map(({ file }) => file.number));
      for (const source of sources) {
        if (source.log && !(whole && ours.has(source.number))) continue;
        source.judge = judgeByKin(source, kinship, this.#compareUser);
      }
    } finally {
      merged.close();
    }
  }

  async #merge(sources: Source[], output: Output): Promise<MergeCounts> {
    const merged = mergeSources(sources, this.#compare, ({ judge }, cursor) =>
      judge === undefined ? cursor : new JudgedCursor(cursor, judge),
    );
    const result = new VerdictCursor(merged, this.#compareUser);
    try {
      const kept = await output.write(result, (bytes) => this.#progress.merged(bytes));
      return { kept, doubtful: result.doubtful, superseded: result.superseded };
    } finally {
      result.close();
    }
  }

  #report(
    { strategy }: RepairPlan,
    kept: number,
    doubtful: number,
    warnings: readonly string[],
    output: Output,
  ): RepairReport {
    const { directory, target, dryRun } = this.#request;
    const files = this.#files.notes.map((notes) => ({ ...notes }));
    files.sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      kept,
      dropped: files.reduce((sum, { dropped }) => sum + dropped, doubtful),
      doubtful,
      files,
      strategy,
      warnings,
      directory: target,
      originals: output.originals ?? directory,
      dryRun,
    };
  }
}

/** Entries that come in another order than they were found in: a file has changed meanwhile. */
function asDamage(error: unknown, file: string): unknown {
  if (!(error instanceof RangeError) || !/order|ascend/.test(error.message)) return error;
  const message = `changed while it was repaired: ${error.message}`;
  return new JumpError('JUMP_CORRUPTION', message, { file, cause: error });
}
