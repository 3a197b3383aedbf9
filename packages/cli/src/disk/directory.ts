/** What lies in a store's directory: its files, and what its manifest says of them. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { JumpError, nodeVfs } from '@jump/db';
import { type LogDamage, type LogPromises, LogReader } from '@jump/log';
import {
  decodeVersionEdit,
  type FileName,
  isDurableMark,
  LEVELS,
  logName,
  oldTableName,
  parseFileName,
  readCurrent,
  type TableMeta,
  tableName,
  type VersionEdit,
} from '@jump/manifest';
import { noStore } from '../stores.ts';

/** A live table, and where it lies. */
export interface LiveTable extends TableMeta {
  readonly level: number;
  readonly path: string;
}

/** A store as its manifest says it is. */
export interface Layout {
  readonly directory: string;
  readonly manifest: string;
  readonly comparator: string;
  /** By level; level 0 from the newest, the others by their keys. */
  readonly levels: readonly (readonly LiveTable[])[];
  /** The logs that have entries which no table has, oldest first. */
  readonly logs: readonly DirectoryFile[];
  readonly lastSequence: number;
  /** What the manifest says of the logs. */
  readonly promises: LogPromises;
  /** Every file with one of LevelDB's names. */
  readonly files: readonly DirectoryFile[];
}

/** A file of the directory. */
export interface DirectoryFile extends FileName {
  readonly name: string;
  readonly path: string;
  readonly size: number;
}

/** How often a directory that changes meanwhile is read again. */
const ATTEMPTS = 20;

/**
 * Reads what a directory's manifest says. Tables are not opened, nor is their order checked: that
 * is the comparator's, which may be unknown here.
 *
 * @throws JUMP_NOT_FOUND without CURRENT; JUMP_CORRUPTION, JUMP_IO
 */
export function readLayout(directory: string): Layout {
  for (let attempt = 1; ; attempt++) {
    const current = readCurrent(nodeVfs, directory);
    if (current === undefined) throw withoutCurrent(directory);
    try {
      const state = replayManifest(inside(directory, current.name));
      return layoutOf(directory, current.name, state);
    } catch (error) {
      // A writer may have begun another manifest, and removed this one.
      const same = readCurrent(nodeVfs, directory)?.name === current.name;
      if (!same && attempt < ATTEMPTS && error instanceof JumpError) continue;
      if (nodeVfs.stat(inside(directory, current.name)) !== undefined) throw error;
      const what = `names ${current.name}, which is missing`;
      throw new JumpError('JUMP_CORRUPTION', what, { file: inside(directory, 'CURRENT') });
    }
  }
}

/** There is no store, or one that has lost its beginning. */
function withoutCurrent(directory: string): JumpError {
  const exists = nodeVfs.stat(directory)?.kind === 'directory';
  const left = exists ? listFiles(directory) : [];
  if (!left.some(({ type }) => type === 'table' || type === 'log' || type === 'manifest')) {
    return noStore(directory);
  }
  const what = 'there are tables or logs, but no CURRENT that names their manifest';
  return new JumpError('JUMP_CORRUPTION', what, { file: inside(directory, 'CURRENT') });
}

/** The path of a file, which begins as the directory's was given. */
function inside(directory: string, name: string): string {
  return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

/** Lists the files of a directory that LevelDB would name so. @throws JUMP_IO */
export function listFiles(directory: string): DirectoryFile[] {
  const found: DirectoryFile[] = [];
  for (const name of nodeVfs.list(directory).sort()) {
    const parsed = parseFileName(name);
    const path = inside(directory, name);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (parsed !== undefined && size !== undefined) found.push({ ...parsed, name, path, size });
  }
  return found;
}

/** Tells what a path names: by its name alone, where it is a file. */
export function fileOf(path: string): DirectoryFile | undefined {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const name = basename(path);
  const parsed = parseFileName(name) ?? byEnding(name);
  return parsed && { ...parsed, name, path, size };
}

/** Tells what a path of a store's table or log names, which may be gone. */
export function storeFile(path: string): DirectoryFile {
  const name = basename(path);
  const type = name.endsWith('.log') ? 'log' : 'table';
  return fileOf(path) ?? { type, number: 0, name, path, size: 0 };
}

/** Whether damage is the end of a log or a manifest, which any crash may cut off. */
export function isTornTail(
  { type, size }: DirectoryFile,
  { offset, bytes }: { readonly offset: number; readonly bytes: number },
): boolean {
  return type !== 'table' && bytes > 0 && offset + bytes >= size;
}

/** Files that were copied somewhere may have other names. */
function byEnding(name: string): FileName | undefined {
  if (/\.(ldb|sst)$/.test(name)) return { type: 'table', number: 0 };
  if (/\.log$/.test(name)) return { type: 'log', number: 0 };
  if (/^MANIFEST/.test(name)) return { type: 'manifest', number: 0 };
  return undefined;
}

/** What the edits of a manifest lead to. */
interface ManifestState {
  comparator: string;
  logNumber: number;
  previousLogNumber: number;
  lastSequence: number;
  /** Whether its logs are ours: LevelDB begins no manifest with an edit without fields. */
  ours: boolean | undefined;
  durableSequence: number;
  readonly tables: Map<number, { readonly level: number; readonly table: TableMeta }>;
}

function replayManifest(path: string): ManifestState {
  const state: ManifestState = {
    comparator: '',
    logNumber: 0,
    previousLogNumber: 0,
    lastSequence: 0,
    ours: undefined,
    durableSequence: 0,
    tables: new Map(),
  };
  const reader = LogReader.open(path);
  let flaw: LogDamage | undefined;
  for (const item of reader.items()) {
    // Damage with edits behind it; what is torn at the end was never finished.
    if (flaw !== undefined) throw reader.corruption(flaw);
    if (item.type === 'damage') flaw = item;
    else {
      state.ours ??= item.bytes.length === 0;
      apply(state, decodeVersionEdit(item.bytes, path, item.start));
    }
  }
  if (state.comparator === '') {
    const message = 'no edit that says how the store began can be read';
    throw new JumpError('JUMP_CORRUPTION', message, { file: path });
  }
  return state;
}

function apply(state: ManifestState, edit: VersionEdit): void {
  state.comparator = edit.comparator ?? state.comparator;
  state.logNumber = edit.logNumber ?? state.logNumber;
  state.previousLogNumber = edit.previousLogNumber ?? state.previousLogNumber;
  if (isDurableMark(edit)) state.durableSequence = edit.lastSequence ?? 0;
  else state.lastSequence = edit.lastSequence ?? state.lastSequence;
  for (const { number } of edit.deleted) state.tables.delete(number);
  for (const added of edit.added) state.tables.set(added.table.number, added);
}

function layoutOf(directory: string, manifest: string, state: ManifestState): Layout {
  const files = listFiles(directory);
  const names = new Set(files.map(({ name }) => name));
  const levels = Array.from({ length: LEVELS }, (): LiveTable[] => []);
  for (const { level, table } of state.tables.values()) {
    const old = oldTableName(table.number);
    const name = names.has(old) ? old : tableName(table.number);
    levels[level]!.push({ ...table, level, path: inside(directory, name) });
  }
  levels[0]!.sort((a, b) => b.number - a.number);
  for (const tables of levels.slice(1)) {
    tables.sort((a, b) => Buffer.compare(a.smallest, b.smallest));
  }
  const { comparator, logNumber, previousLogNumber, lastSequence } = state;
  const logs = files
    .filter(({ type, number, name }) => {
      const live = number >= logNumber || name === logName(previousLogNumber);
      return type === 'log' && live;
    })
    .sort((a, b) => a.number - b.number);
  const promises = {
    first: state.ours === true ? BigInt(lastSequence) + 1n : undefined,
    durable: BigInt(state.durableSequence),
  };
  return { directory, manifest, comparator, levels, logs, lastSequence, promises, files };
}
