/** `jump diff`: what two stores do not have in common. */
import { type Comparator, compareBytes } from '@jump/base';
import { JumpError } from '@jump/db';
import type { Context } from '../context.ts';
import { readLayout } from '../disk/directory.ts';
import { orderNamed } from '../disk/orders.ts';
import { show, toJson } from '../encodings.ts';
import { EXIT } from '../exit-codes.ts';
import { rangeOf } from '../range.ts';
import { type Reading, reading } from '../stores.ts';
import { count } from '../units.ts';
import type { Entry } from '../walk.ts';
import type { RangeCommandOptions } from './options.ts';

/** Options of `jump diff`. */
export interface DiffOptions extends RangeCommandOptions {
  readonly quiet?: boolean;
}

type Difference = 'removed' | 'added' | 'changed';

/** What was found. */
interface Found {
  removed: number;
  added: number;
  changed: number;
  same: number;
  /** Whether everything was compared. */
  complete: boolean;
}

type Cursor = ReturnType<Reading['cursor']>;

/** Prints the differences of two stores; `EXIT.no` if there are any. */
export async function diff(
  context: Context,
  directory: string,
  other: string,
  options: DiffOptions,
): Promise<number> {
  const { recovery, quiet = false } = options;
  const comparator = orderOf(directory, other);
  const found = await reading(context, directory, recovery, (one) =>
    reading(context, other, recovery, (two) =>
      compare(context, one, two, { ...options, comparator }),
    ),
  );
  const { removed, added, changed, same, complete } = found;
  if (!quiet && !context.json) {
    await context.out.flush();
    await context.note(
      `${count(removed)} only in ${directory}, ${count(added)} only in ${other}, ` +
        `${count(changed)} different, ${count(same)} the same${complete ? '' : '; then it ended'}`,
    );
  }
  return removed + added + changed > 0 ? EXIT.no : EXIT.ok;
}

/** The order that both stores have. @throws JUMP_UNSUPPORTED if they have none in common */
function orderOf(directory: string, other: string): Comparator {
  const [one, two] = [readLayout(directory), readLayout(other)];
  const { comparator } = orderNamed(one.comparator);
  if (comparator !== undefined && two.comparator === one.comparator) return comparator;
  const message = `ordered by ${one.comparator}, ${other} by ${two.comparator}`;
  throw new JumpError('JUMP_UNSUPPORTED', message, { file: directory });
}

/** Goes over both at once, in the order of keys. */
async function compare(
  context: Context,
  one: Reading,
  two: Reading,
  options: DiffOptions & { readonly comparator: Comparator },
): Promise<Found> {
  const { reverse = false, limit: _, ...bounds } = rangeOf(options, options.key);
  const [left, right] = [one.cursor(bounds), two.cursor(bounds)];
  const quiet = options.quiet === true;
  const progress = context.progress('comparing', undefined, 'entries', !quiet);
  const found: Found = { removed: 0, added: 0, changed: 0, same: 0, complete: true };
  const print = quiet ? () => {} : printer(context, options);
  const { limit = Number.POSITIVE_INFINITY } = options;
  let [seen, told] = [0, 0];
  try {
    for (const which of differences(left, right, options.comparator, reverse)) {
      found[which]++;
      if (which !== 'same') {
        print(which, left, right);
        // One difference is answer enough for somebody who only asks whether there is any.
        if (quiet || ++told >= limit) found.complete = false;
      }
      if (!found.complete || context.out.closed) break;
      if (context.out.full) await context.out.flush();
      if (++seen % 256 === 0) {
        progress.update(seen);
        await context.pause();
      }
    }
    return found;
  } finally {
    left.close();
    right.close();
    progress.end();
  }
}

/** Moves two cursors over all entries, and tells what they have met; they stand on it then. */
function* differences(
  left: Cursor,
  right: Cursor,
  { compare }: Comparator,
  reverse: boolean,
): Generator<Difference | 'same', void, void> {
  const inOrder: typeof compare = reverse ? (a, b) => compare(b, a) : compare;
  const [first, next] = reverse ? (['last', 'previous'] as const) : (['first', 'next'] as const);
  left[first]();
  right[first]();
  while (left.valid || right.valid) {
    const which = decide(left, right, inOrder);
    yield which;
    if (which !== 'added') left[next]();
    if (which !== 'removed') right[next]();
  }
}

/** What two cursors that stand on entries, or at the end, have met. */
function decide(left: Cursor, right: Cursor, inOrder: Comparator['compare']): Difference | 'same' {
  if (!left.valid) return 'added';
  if (!right.valid) return 'removed';
  const order = inOrder(left.key, right.key);
  if (order !== 0) return order < 0 ? 'removed' : 'added';
  return compareBytes(left.value, right.value) === 0 ? 'same' : 'changed';
}

function printer(
  context: Context,
  options: DiffOptions,
): (which: Difference, left: Entry, right: Entry) => void {
  const { out, paint } = context;
  const { key: keys, value: values } = options;
  if (context.json) {
    return (which, left, right) => {
      const old = which === 'added' ? '' : `,"old":${toJson(values, left.value, 'a value')}`;
      const now = which === 'removed' ? '' : `,"new":${toJson(values, right.value, 'a value')}`;
      const { key } = which === 'added' ? right : left;
      out.line(`{"type":"${which}","key":${toJson(keys, key, 'a key')}${old}${now}}`);
    };
  }
  return (which, left, right) => {
    const shown = show(keys, (which === 'added' ? right : left).key, 'a key');
    const value = (entry: Entry): string => show(values, entry.value, 'a value');
    if (which === 'removed') out.line(paint.red(`- ${shown}\t${value(left)}`));
    else if (which === 'added') out.line(paint.green(`+ ${shown}\t${value(right)}`));
    else out.line(paint.yellow(`~ ${shown}\t${value(left)} → ${value(right)}`));
  };
}
