/** Going over a range of a store, however large, with memory for one entry. */
import type { Context } from './context.ts';
import { NotEncodable, visible } from './encodings.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';
import type { ByteRange } from './range.ts';
import type { Reading } from './stores.ts';

/** An entry, while it is visited. Reading a part makes a copy of it. */
export interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What {@link walk} can be told. */
export interface WalkOptions {
  /** Names the work in the progress bar. */
  readonly label: string;
  /** Whether the visits print, entry by entry. */
  readonly prints: boolean;
  /** Where they print; stdout if not given. */
  readonly out?: Output;
  /** Gives up. */
  readonly signal?: AbortSignal;
}

/** A store that is walked over. */
type Walked = Pick<Reading, 'approximateSize' | 'cursor'>;

/** Entries between two looks at the clock. */
const STRIDE = 256;
/** How often progress is worked out. */
const PROGRESS_MS = 100;

/**
 * Visits the entries of a range in order; returns how many. Waits whenever the output is full, and
 * ends early when nobody reads it any more.
 */
export async function walk(
  context: Context,
  db: Walked,
  range: ByteRange,
  options: WalkOptions,
  visit: (entry: Entry) => void,
): Promise<number> {
  const { reverse = false, limit = Number.POSITIVE_INFINITY, ...bounds } = range;
  const { out = context.out } = options;
  const total = db.approximateSize(bounds);
  const progress = context.progress(options.label, total, 'bytes', options.prints);
  const watch = new Watch(db, range, total, progress);
  const cursor = db.cursor(bounds);
  let visited = 0;
  try {
    let more = limit > 0 && (reverse ? cursor.last() : cursor.first());
    while (more && !out.closed) {
      visitNamed(visit, cursor);
      if (++visited >= limit) break;
      if (out.full) await out.flush();
      if (visited % STRIDE === 0) {
        watch.update(cursor);
        await context.pause();
        options.signal?.throwIfAborted();
      }
      more = reverse ? cursor.previous() : cursor.next();
    }
    return visited;
  } finally {
    cursor.close();
    progress.end();
  }
}

/** Visits an entry; what cannot be shown of it is told with its key. */
function visitNamed(visit: (entry: Entry) => void, entry: Entry): void {
  try {
    visit(entry);
  } catch (error) {
    if (!(error instanceof NotEncodable)) throw error;
    throw new NotEncodable(`${error.message} (at the key ${visible(entry.key)})`);
  }
}

/** Tells how far a walk is: by how many bytes of tables lie behind it. */
class Watch {
  readonly #db: Walked;
  readonly #range: ByteRange;
  readonly #total: number;
  readonly #progress: Progress;
  #next: number = performance.now() + PROGRESS_MS;

  constructor(db: Walked, range: ByteRange, total: number, progress: Progress) {
    this.#db = db;
    this.#range = range;
    this.#total = total;
    this.#progress = progress;
  }

  update(at: Entry): void {
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + PROGRESS_MS;
    const { reverse, limit: _, ...bounds } = this.#range;
    const { lt, prefix } = bounds;
    const rest = reverse === true ? { ...bounds, lt: at.key } : withLower(at.key, lt, prefix);
    this.#progress.update(this.#total - this.#db.approximateSize(rest));
  }
}

function withLower(
  gte: Uint8Array,
  lt: Uint8Array | undefined,
  prefix: Uint8Array | undefined,
): ByteRange {
  return {
    gte,
    ...(lt === undefined ? {} : { lt }),
    ...(prefix === undefined ? {} : { prefix }),
  };
}
