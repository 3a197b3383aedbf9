/**
 * The tree in a terminal: a line for each level, a bar for each table, over the keys of the store.
 * Neighbours are told apart by their shade. Tables of level 0 overlap: each has a line of its own.
 */
import { overlapOf, type PlacedTable, type Tree } from '../disk/tree.ts';
import { visible } from '../encodings.ts';
import type { Painter } from '../paint.ts';
import { bytes, count, counted } from '../units.ts';

/** Tables of level 0 that are drawn. */
const MOST_ROWS = 12;
const INDENT = '  ';
/** The longest end of a key that is shown under the picture. */
const KEY_LENGTH = 24;

/** Draws the levels that have tables, `width` columns wide. */
export function drawLevels(tree: Tree, width: number, paint: Painter): string[] {
  const columns = Math.max(10, width - 2 * INDENT.length);
  const lines: string[] = [];
  for (const [level, tables] of tree.entries()) {
    if (tables.length === 0) continue;
    if (lines.length > 0) lines.push('');
    lines.push(...headline(tree, level, width, paint));
    if (level > 0) lines.push(INDENT + drawRow(tables, columns, paint));
    else lines.push(...drawLevel0(tables, columns, paint));
  }
  if (lines.length > 0) lines.push(axis(tree, columns, paint));
  return lines;
}

function headline(tree: Tree, level: number, width: number, paint: Painter): string[] {
  const tables = tree[level]!;
  const size = tables.reduce((sum, { fileSize }) => sum + fileSize, 0);
  const parts = [counted(tables.length, 'table'), bytes(size), ...entryParts(tables)];
  const filters = tables.reduce((sum, { filterBytes }) => sum + filterBytes, 0);
  parts.push(filters === 0 ? 'no filters' : `${bytes(filters)} of filters`);
  const overlap = overlapOf(tree, level);
  if (overlap !== undefined) parts.push(`each overlaps ${overlap.toFixed(1)} below`);
  // What does not fit goes to a line of its own, whole parts at a time.
  const head = `level ${level}`;
  const lines = [''];
  for (const part of parts) {
    const last = lines.at(-1)!;
    const joined = last === '' ? part : `${last}, ${part}`;
    if (head.length + 2 + joined.length <= width || last === '') lines[lines.length - 1] = joined;
    else {
      lines[lines.length - 1] = `${last},`;
      lines.push(part);
    }
  }
  return lines.map((line, i) =>
    i === 0 ? `${paint.bold(head)}  ${line}` : `${' '.repeat(head.length + 2)}${line}`,
  );
}

function entryParts(tables: readonly PlacedTable[]): string[] {
  if (tables.some(({ entries }) => entries === undefined)) return [];
  const entries = tables.reduce((sum, table) => sum + table.entries!, 0);
  const tombstones = tables.reduce((sum, table) => sum + (table.tombstones ?? 0), 0);
  const deletions = tombstones === 0 ? '' : ` (${counted(tombstones, 'deletion')})`;
  return [`${counted(entries, 'entry', 'entries')}${deletions}`];
}

function drawLevel0(tables: readonly PlacedTable[], columns: number, paint: Painter): string[] {
  const rows = tables.slice(0, MOST_ROWS).map((table) => INDENT + drawRow([table], columns, paint));
  const more = tables.length - MOST_ROWS;
  if (more > 0) rows.push(paint.dim(`${INDENT}… and ${count(more)} more`));
  return rows;
}

/** One line of tables that do not overlap. */
function drawRow(tables: readonly PlacedTable[], columns: number, paint: Painter): string {
  const owners = Array<number>(columns).fill(-1);
  for (const [i, { from, to }] of tables.entries()) {
    const start = Math.min(columns - 1, Math.round(from * columns));
    const end = Math.max(start + 1, Math.round(to * columns));
    // A column that several share shows the last of them.
    for (let column = start; column < end && column < columns; column++) owners[column] = i;
  }
  let line = '';
  for (let start = 0; start < columns; ) {
    const owner = owners[start]!;
    let end = start + 1;
    while (end < columns && owners[end] === owner) end++;
    line += cells(owner, end - start, paint);
    start = end;
  }
  return line;
}

function cells(owner: number, length: number, paint: Painter): string {
  if (owner < 0) return paint.dim('·'.repeat(length));
  return owner % 2 === 0 ? paint.cyan('█'.repeat(length)) : paint.blue('▓'.repeat(length));
}

/** The first and the last key. */
function axis(tree: Tree, columns: number, paint: Painter): string {
  const tables = tree.flat();
  const first = tables.reduce((a, b) => (isBefore(b.from, b.first, a.from, a.first) ? b : a));
  const last = tables.reduce((a, b) => (isBefore(a.to, a.last, b.to, b.last) ? b : a));
  const left = shorten(first.first);
  const right = shorten(last.last);
  const space = ' '.repeat(Math.max(1, columns - left.length - right.length));
  return paint.dim(`${INDENT}${left}${space}${right}`);
}

/** By their places; where these are the same, by their bytes. */
function isBefore(at: number, key: Uint8Array, other: number, otherKey: Uint8Array): boolean {
  return at === other ? Buffer.compare(key, otherKey) < 0 : at < other;
}

function shorten(key: Uint8Array): string {
  const text = visible(key.subarray(0, 4 * KEY_LENGTH));
  return text.length > KEY_LENGTH ? `${text.slice(0, KEY_LENGTH - 1)}…` : text;
}
