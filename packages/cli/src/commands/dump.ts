/** `jump dump`: everything that is stored, as it is stored. */
import { statSync } from 'node:fs';
import { JumpError, type StoreGap, storedVersions } from '@jump/db';
import type { LogHole } from '@jump/log';
import { allCodecs } from '@jump/sstable/codecs';
import type { Context } from '../context.ts';
import { type DirectoryFile, fileOf, listFiles, readLayout, storeFile } from '../disk/directory.ts';
import { findLogHoles, logLines } from '../disk/log-lines.ts';
import { manifestEdits } from '../disk/manifest-edits.ts';
import { BYTEWISE, COMPARATORS, type KnownOrder, orderNamed } from '../disk/orders.ts';
import { tableLines } from '../disk/table-entries.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { type ByteRange, isWhole, type RangeOptions, rangeOf } from '../range.ts';
import { noStore } from '../stores.ts';
import { type DumpLine, DumpPrinter } from './dump-printer.ts';
import type { EncodingOptions } from './options.ts';

/** Options of `jump dump`. */
export interface DumpOptions
  extends EncodingOptions,
    Pick<RangeOptions, 'prefix' | 'from' | 'to' | 'limit'> {
  readonly byKey?: boolean;
  readonly tolerant?: boolean;
  readonly sizes?: boolean;
}

/** What is dumped, file by file. */
interface Part {
  readonly file: DirectoryFile;
  readonly level?: number;
  /** What is missing in a log between its records. */
  readonly holes?: readonly LogHole[];
}

/** Prints every version of every entry of a store, or of one file. */
export async function dump(context: Context, path: string, options: DumpOptions): Promise<number> {
  const { limit: _, ...range } = rangeOf(options, options.key);
  if (options.byKey === true || !isWhole(range)) return dumpByKey(context, path, options, range);
  const { parts, order, problem } = partsOf(path, options.tolerant === true);
  const printer = new DumpPrinter(context, options);
  if (problem !== undefined) {
    await context.warn(`${problem.message}; so all tables and logs are dumped, live or not`);
    printer.damaged = true;
  }
  const total = parts.reduce((sum, { file }) => sum + file.size, 0);
  const progress = context.progress('dumping', total, 'bytes', true);
  let done = 0;
  try {
    for (const part of parts) {
      for (const line of linesOf(part, order, options.tolerant === true)) {
        if (printer.lines === options.limit || context.out.closed) return EXIT.ok;
        printer.print(part.file, part.level, line);
        if (context.out.full) await context.out.flush();
        if (printer.lines % 256 === 0) {
          progress.update(done + line.offset);
          await context.pause();
        }
      }
      done += part.file.size;
      progress.update(done);
    }
    return printer.damaged ? EXIT.damaged : EXIT.ok;
  } finally {
    progress.end();
  }
}

/** Prints the versions of a store in the order of keys, whatever file they lie in. */
async function dumpByKey(
  context: Context,
  directory: string,
  options: DumpOptions,
  range: ByteRange,
): Promise<number> {
  if (statSync(directory, { throwIfNoEntry: false })?.isFile() === true) {
    throw new UsageError(`${directory}: --by-key and ranges are for directories`);
  }
  const printer = new DumpPrinter(context, { ...options, byKey: true });
  const onGap = ({ file, ...gap }: StoreGap): void =>
    printer.print(storeFile(file), undefined, { type: 'damage', ...gap });
  const progress = context.progress('dumping', undefined, 'entries', true);
  const versions = storedVersions(directory, {
    codecs: allCodecs,
    comparators: COMPARATORS,
    tolerant: options.tolerant === true,
    range,
    onGap,
  });
  let file: DirectoryFile | undefined;
  try {
    for (const version of versions) {
      if (printer.lines === options.limit || context.out.closed) return EXIT.ok;
      if (file?.path !== version.file) file = storeFile(version.file);
      printer.print(file, version.level, { type: 'entry', ...version });
      if (context.out.full) await context.out.flush();
      if (printer.lines % 256 === 0) {
        progress.update(printer.lines);
        await context.pause();
      }
    }
    return printer.damaged ? EXIT.damaged : EXIT.ok;
  } finally {
    progress.end();
  }
}

/** What is dumped, in which order its keys are, and why the manifest could not say so. */
interface Parts {
  readonly parts: Part[];
  readonly order: KnownOrder;
  readonly problem?: JumpError;
}

/** The files of a store in the order in which a read would ask them, or the one file. */
function partsOf(path: string, tolerant: boolean): Parts {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new JumpError('JUMP_NOT_FOUND', 'is not there', { file: path });
  if (!found.isDirectory()) {
    const file = fileOf(path);
    if (file === undefined || !['table', 'log', 'manifest'].includes(file.type)) {
      throw new UsageError(`${path}: not the name of a table, a log or a manifest`);
    }
    return { parts: [{ file }], order: BYTEWISE };
  }
  if (!listFiles(path).some(({ type }) => type === 'current')) return allParts(path);
  try {
    return liveParts(path, tolerant);
  } catch (error) {
    if (!tolerant || !(error instanceof JumpError)) throw error;
    return { ...allParts(path), problem: error };
  }
}

/** All tables and logs: nothing says which of them are live. */
function allParts(path: string): Parts {
  const parts = listFiles(path).filter(({ type }) => type === 'table' || type === 'log');
  if (parts.length === 0) throw noStore(path);
  return { parts: parts.map((file) => ({ file })), order: orderNamed('') };
}

function liveParts(path: string, tolerant: boolean): Parts {
  const layout = readLayout(path);
  const { levels, logs, comparator } = layout;
  const holes = findLogHoles(layout, tolerant);
  const tables = levels.flat().map(({ level, path, number, fileSize }): Part => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return { level, file: { type: 'table', number, name, path, size: fileSize } };
  });
  const newest = logs
    .toReversed()
    .map((file): Part => ({ file, holes: holes.get(file.path) ?? [] }));
  return { parts: [...newest, ...tables], order: orderNamed(comparator) };
}

function* linesOf(
  { file, holes }: Part,
  order: KnownOrder,
  tolerant: boolean,
): Generator<DumpLine, void, void> {
  switch (file.type) {
    case 'table':
      yield* tableLines(file.path, order, tolerant);
      return;
    case 'log':
      yield* logLines(file, holes ?? [], tolerant);
      return;
    default:
      yield* manifestEdits(file.path);
  }
}
