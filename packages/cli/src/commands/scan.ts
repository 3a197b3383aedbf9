/** `jump scan`: the entries of a range, in order. */
import { type StoreGap, storedVersions } from '@jump/db';
import { allCodecs } from '@jump/sstable/codecs';
import type { Context } from '../context.ts';
import { isTornTail, storeFile } from '../disk/directory.ts';
import { COMPARATORS } from '../disk/orders.ts';
import { show, toJson } from '../encodings.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { type ByteRange, rangeOf } from '../range.ts';
import { reading } from '../stores.ts';
import { type Entry, walk } from '../walk.ts';
import type { RangeCommandOptions } from './options.ts';

/** Options of `jump scan`. */
export interface ScanOptions extends RangeCommandOptions {
  readonly only?: 'keys' | 'values';
  readonly tolerant?: boolean;
}

/** Entries between two looks at the clock. */
const STRIDE = 256;

/** Prints a line for each entry: key, tab, value. */
export async function scan(
  context: Context,
  directory: string,
  options: ScanOptions,
): Promise<number> {
  const range = rangeOf(options, options.key);
  const print = printer(context, options);
  if (options.tolerant === true) return scanAround(context, directory, range, print);
  await reading(context, directory, options.recovery, (db) =>
    walk(context, db, range, { label: 'scanning', prints: true }, print),
  );
  return EXIT.ok;
}

/** Prints the newest version of each key of what can be read; tells on stderr what cannot. */
async function scanAround(
  context: Context,
  directory: string,
  range: ByteRange,
  print: (entry: Entry) => void,
): Promise<number> {
  const { reverse, limit = Number.POSITIVE_INFINITY, ...bounds } = range;
  if (reverse === true) throw new UsageError('--reverse and --tolerant: one of them');
  const gaps: StoreGap[] = [];
  const versions = storedVersions(directory, {
    codecs: allCodecs,
    comparators: COMPARATORS,
    tolerant: true,
    range: bounds,
    onGap: (gap) => gaps.push(gap),
  });
  const progress = context.progress('scanning', undefined, 'entries', true);
  let printed = 0;
  let seen = 0;
  try {
    if (limit > 0) {
      for (const { userKey: key, value, kind, shadowed } of versions) {
        if (++seen % STRIDE === 0) {
          progress.update(seen);
          await context.pause();
        }
        if (shadowed || kind === 'deletion') continue;
        print({ key, value });
        if (context.out.full) await context.out.flush();
        if (++printed >= limit || context.out.closed) break;
      }
    }
  } finally {
    progress.end();
  }
  for (const gap of gaps) await tellGap(context, gap);
  const crashed = gaps.every((gap) => isTornTail(storeFile(gap.file), gap));
  return crashed ? EXIT.ok : EXIT.damaged;
}

async function tellGap(context: Context, { file, offset, bytes, reason }: StoreGap): Promise<void> {
  const lost = bytes === 0 ? '' : `, ${bytes} bytes left out`;
  await context.warn(`${file} at offset ${offset}: ${reason}${lost}`);
}

function printer(context: Context, options: ScanOptions): (entry: Entry) => void {
  const { out, paint } = context;
  const { key: keys, value: values, only } = options;
  const keyText = ({ key }: Entry): string => show(keys, key, 'a key');
  const valueText = ({ value }: Entry): string => show(values, value, 'the value');
  if (context.json) {
    const jsonKey = ({ key }: Entry): string => `"key":${toJson(keys, key, 'a key')}`;
    const jsonValue = ({ value }: Entry): string => `"value":${toJson(values, value, 'the value')}`;
    if (only === 'keys') return (entry) => out.line(`{${jsonKey(entry)}}`);
    if (only === 'values') return (entry) => out.line(`{${jsonValue(entry)}}`);
    return (entry) => out.line(`{${jsonKey(entry)},${jsonValue(entry)}}`);
  }
  if (only === 'keys') return (entry) => out.line(keyText(entry));
  if (only === 'values') return (entry) => out.line(valueText(entry));
  return (entry) => out.line(`${paint.cyan(keyText(entry))}\t${valueText(entry)}`);
}
