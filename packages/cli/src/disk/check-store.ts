/** Checking a store, or one of its files: every byte is read, and every rule looked at. */
import { statSync } from 'node:fs';
import { type Cursor, compareBytes } from '@jump/base';
import { JumpError, nodeVfs } from '@jump/db';
import { LogReader } from '@jump/log';
import { VersionSet } from '@jump/manifest';
import type { TableReader } from '@jump/sstable';
import type { Context } from '../context.ts';
import type { Progress } from '../progress.ts';
import { reading } from '../stores.ts';
import { attempt, type CheckReport, type Problem, problemOf, tell } from './check-report.ts';
import { type DirectoryFile, type Layout, type LiveTable, readLayout } from './directory.ts';
import { manifestEdits } from './manifest-edits.ts';
import { type KnownOrder, lenient, orderNamed } from './orders.ts';
import { openTable } from './table-entries.ts';

/** Checks a directory: manifest, tables, logs, and whether it can be opened. */
export async function checkStore(
  context: Context,
  directory: string,
  report: CheckReport,
): Promise<void> {
  const layout = checkManifest(directory, report);
  if (layout === undefined) return;
  const order = orderNamed(layout.comparator);
  const tables = layout.levels.flat();
  const total = [...tables.map(({ fileSize }) => fileSize), ...layout.logs.map(({ size }) => size)];
  const progress = context.progress(
    'verifying',
    total.reduce((sum, size) => sum + size, 0),
    'bytes',
  );
  try {
    for (const table of tables) {
      if (isGone(layout, table)) continue;
      checkTable(table.path, order, report, table);
      await step(context, progress, report);
    }
    for (const log of layout.logs) {
      checkLog(log, report);
      await step(context, progress, report);
    }
  } finally {
    progress.end();
  }
  if (report.problems.length === 0) await checkOpening(context, layout, report);
}

/** Checks a table; `meta` is what the manifest says of it. */
export function checkTable(
  path: string,
  order: KnownOrder,
  report: CheckReport,
  meta?: LiveTable,
): void {
  report.tables++;
  attempt(report, path, () => {
    const table = openWhole(path, order, report);
    try {
      report.bytes += table.fileSize;
      if (meta !== undefined && table.fileSize !== meta.fileSize) {
        const message = `${table.fileSize} bytes, the manifest says ${meta.fileSize}`;
        tell(report, { file: path, message });
      }
      verifyTable(table, path, order, report);
      if (meta === undefined || order.comparator === undefined) return;
      const cursor = table.cursor({ fillCache: false });
      checkEnd(cursor.first(), cursor, meta.smallest, 'first', path, report);
      checkEnd(cursor.last(), cursor, meta.largest, 'last', path, report);
      cursor.close();
    } finally {
      table.close();
    }
  });
}

/** Opens a table; if it cannot be opened, what of its blocks is damaged is told, too. */
function openWhole(path: string, order: KnownOrder, report: CheckReport): TableReader {
  try {
    return openTable(path, order);
  } catch (error) {
    const damaged = error instanceof JumpError && error.code === 'JUMP_CORRUPTION';
    if (damaged) tell(report, ...gapsOf(path, order));
    throw error;
  }
}

/** Checks what is in a table. The first damage is what `verify` throws; a second look tells all. */
function verifyTable(
  table: TableReader,
  path: string,
  order: KnownOrder,
  report: CheckReport,
): void {
  try {
    table.verify();
  } catch (error) {
    tell(report, problemOf(error, path), ...gapsOf(path, order));
  }
}

/** All blocks of a table that cannot be read. */
function gapsOf(path: string, order: KnownOrder): Problem[] {
  const table = openTable(path, order, true);
  try {
    const cursor = table.cursor({ fillCache: false });
    for (let more = cursor.first(); more; more = cursor.next());
    cursor.close();
    return table.gaps.map(({ offset, reason }) => ({ file: path, offset, message: reason }));
  } finally {
    table.close();
  }
}

/** Checks a log: its end may be cut off, nothing else may be damaged. */
export function checkLog(log: DirectoryFile, report: CheckReport): void {
  const { path, size } = log;
  report.logs++;
  report.bytes += size;
  attempt(report, path, () => {
    for (const line of LogReader.open(path).entries()) {
      if (line.type !== 'damage') continue;
      const { offset, bytes, reason } = line;
      if (offset + bytes < size) tell(report, { file: path, offset, message: reason });
      else
        report.notes.push(`${path}: its last ${bytes} bytes are not whole, as a crash leaves them`);
    }
  });
}

/** Checks a manifest that is looked at alone. */
export function checkManifestFile(file: DirectoryFile, report: CheckReport): void {
  const { path, size } = file;
  report.bytes += size;
  attempt(report, path, () => {
    for (const line of manifestEdits(path)) {
      if (line.type !== 'damage') continue;
      const { offset, bytes, reason } = line;
      if (offset + bytes < size) tell(report, { file: path, offset, message: reason });
      else
        report.notes.push(`${path}: its last ${bytes} bytes are not whole, as a crash leaves them`);
    }
  });
}

function checkManifest(directory: string, report: CheckReport): Layout | undefined {
  let layout: Layout | undefined;
  attempt(report, directory, () => {
    layout = readLayout(directory);
  });
  if (layout === undefined) return undefined;
  const comparator = lenient(orderNamed(layout.comparator));
  attempt(report, directory, () => {
    // The order of the levels, and what may be missing behind a torn tail. Tables come below.
    const versions = VersionSet.recover(nodeVfs, directory, comparator, { checkTables: false });
    const { tornTail } = versions;
    versions.close();
    if (tornTail === undefined) return;
    const { file, bytes } = tornTail;
    report.notes.push(`${file}: its last ${bytes} bytes are not whole, as a crash leaves them`);
  });
  report.bytes += layout.files.find(({ name }) => name === layout?.manifest)?.size ?? 0;
  return layout;
}

/** Whether a writer has done away with a table since the manifest was read. */
function isGone(layout: Layout, table: LiveTable): boolean {
  if (statSync(table.path, { throwIfNoEntry: false }) !== undefined) return false;
  const { levels } = readLayout(layout.directory);
  return !levels[table.level]!.some(({ number }) => number === table.number);
}

function checkEnd(
  found: boolean,
  { keyBytes, keyStart, keyEnd }: Cursor,
  wanted: Uint8Array,
  which: string,
  file: string,
  report: CheckReport,
): void {
  if (found && compareBytes(keyBytes.subarray(keyStart, keyEnd), wanted) === 0) return;
  tell(report, { file, message: `its ${which} key is not the one in the manifest` });
}

/** Whether a reader gets at it: a log that the manifest needs may be missing. */
async function checkOpening(context: Context, layout: Layout, report: CheckReport): Promise<void> {
  if (orderNamed(layout.comparator).comparator === undefined) {
    report.notes.push(
      `the order of keys, ${layout.comparator}, is not known here, and not checked`,
    );
    return;
  }
  try {
    await reading(context, layout.directory, 'strict', async () => {});
  } catch (error) {
    tell(report, problemOf(error, layout.directory));
  }
}

async function step(context: Context, progress: Progress, report: CheckReport): Promise<void> {
  progress.update(report.bytes);
  await context.pause();
}
