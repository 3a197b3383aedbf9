/** `jump levels`: draws the tree. */
import type { Context } from '../context.ts';
import { readLayout } from '../disk/directory.ts';
import { overlapOf, readTree, type Tree } from '../disk/tree.ts';
import { visible } from '../encodings.ts';
import { EXIT } from '../exit-codes.ts';
import { drawLevels } from '../picture/draw-levels.ts';
import { bytes, counted } from '../units.ts';

/** Options of `jump levels`. */
export interface LevelsOptions {
  readonly width?: number;
}

/** Draws the levels of a store as wide as the terminal. */
export async function levels(
  context: Context,
  directory: string,
  options: LevelsOptions,
): Promise<number> {
  const layout = readLayout(directory);
  const tree = await readTree(context, layout);
  const { out, paint } = context;
  if (context.json) {
    context.printJson({ directory, comparator: layout.comparator, levels: describe(tree) });
    return EXIT.ok;
  }
  const tables = tree.flat();
  const size = tables.reduce((sum, { fileSize }) => sum + fileSize, 0);
  const logs = layout.logs.reduce((sum, log) => sum + log.size, 0);
  const head = `${counted(tables.length, 'table')}, ${bytes(size)}`;
  out.line(`${paint.bold(directory)}  ${head}; ${bytes(logs)} of logs`);
  out.line();
  const width = options.width ?? out.columns ?? 80;
  for (const line of drawLevels(tree, width, paint)) out.line(line);
  return EXIT.ok;
}

/** The tree for a program. */
export function describe(tree: Tree): object[] {
  return tree.map((tables, level) => ({
    level,
    bytes: tables.reduce((sum, { fileSize }) => sum + fileSize, 0),
    filterBytes: tables.reduce((sum, { filterBytes }) => sum + filterBytes, 0),
    overlap: overlapOf(tree, level),
    tables: tables.map(({ number, fileSize, first, last, entries, tombstones, ...rest }) => ({
      number,
      bytes: fileSize,
      first: visible(first),
      last: visible(last),
      from: rest.from,
      to: rest.to,
      entries,
      deletions: tombstones,
      filterBytes: rest.filterBytes,
    })),
  }));
}
