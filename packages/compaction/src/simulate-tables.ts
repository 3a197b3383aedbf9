/**
 * Tables as the simulation has them: no entries, only how many a range of positions holds.
 *
 * A segment is a range of positions with so many different keys of each popularity class in it,
 * spread evenly. Merging segments needs one formula. Of `keys` equally popular keys in a range a
 * newer segment holds n, an older one m, independently; then the older one's m (1 - n / keys) are
 * not covered.
 */
import type { TableMeta } from '@jump/manifest';
import type { Plan } from './simulate-workload.ts';

/** Positions `[low, high)` and what is there. */
export interface Segment {
  /** The first position. */
  readonly low: number;
  /** The position behind the last. */
  readonly high: number;
  /** Different keys of each class, tombstones included. */
  readonly entries: readonly number[];
  /** Tombstones of each class. */
  readonly tombstones: readonly number[];
}

/** Makes an internal key of a position: eight bytes, big endian, and a trailer. */
function positionKey(position: number): Uint8Array {
  const key = new Uint8Array(16);
  let rest = position;
  for (let i = 7; i > 0; i--) {
    key[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  key[8] = 1;
  return key;
}

/** Sums up a class array. */
function total(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

/** A table: its metadata for the strategy, its segments for the model. */
export class ModelTable implements TableMeta {
  readonly number: number;
  readonly fileSize: number;
  readonly smallest: Uint8Array;
  readonly largest: Uint8Array;
  readonly entries: number;
  readonly tombstones: number;
  /** In ascending order, without overlap. */
  readonly segments: readonly Segment[];
  /** The first position. */
  readonly low: number;
  /** The position behind the last. */
  readonly high: number;

  constructor(number: number, segments: readonly Segment[], plan: Plan) {
    this.number = number;
    this.segments = segments;
    this.low = segments[0]!.low;
    this.high = segments.at(-1)!.high;
    this.smallest = positionKey(this.low);
    this.largest = positionKey(this.high - 1);
    let entries = 0;
    let tombstones = 0;
    for (const segment of segments) {
      entries += total(segment.entries);
      tombstones += total(segment.tombstones);
    }
    this.entries = entries;
    this.tombstones = tombstones;
    this.fileSize = Math.ceil(bytesOf(plan, entries, tombstones));
  }
}

/** Bytes of so many entries, of which so many are tombstones. */
export function bytesOf(plan: Plan, entries: number, tombstones: number): number {
  return (entries - tombstones) * plan.entryBytes + tombstones * plan.tombstoneBytes;
}

/** One sorted run of a merge, walked from the left. */
class Layer {
  readonly segments: readonly Segment[];
  at = 0;
  constructor(segments: readonly Segment[]) {
    this.segments = segments;
  }
}

/**
 * Merges runs, the newest first, into pieces from left to right, each between two neighbouring ends
 * of segments.
 *
 * @param mayBeOlder - tells whether something older may lie outside at positions `[low, high)`
 * @param emit - takes the pieces; their arrays are its own
 */
export function mergeSegments(
  plan: Plan,
  runs: readonly (readonly Segment[])[],
  mayBeOlder: (low: number, high: number) => boolean,
  emit: (piece: Segment) => void,
): void {
  const layers = runs.map((segments) => new Layer(segments));
  let position = nextStart(layers, -1);
  while (position < Number.POSITIVE_INFINITY) {
    const end = nextEnd(layers, position);
    const piece = combine(plan, layers, position, end, !mayBeOlder(position, end));
    if (piece !== undefined) emit(piece);
    position = nextStart(layers, end);
  }
}

/** The first position from `from` on that some layer covers. Steps over segments that have ended. */
function nextStart(layers: readonly Layer[], from: number): number {
  let start = Number.POSITIVE_INFINITY;
  for (const layer of layers) {
    const { segments } = layer;
    while (layer.at < segments.length && segments[layer.at]!.high <= from) layer.at++;
    const segment = segments[layer.at];
    if (segment !== undefined) start = Math.min(start, Math.max(segment.low, from));
  }
  return start;
}

/** The nearest position behind `from` where a segment begins or ends. */
function nextEnd(layers: readonly Layer[], from: number): number {
  let end = Number.POSITIVE_INFINITY;
  for (const { segments, at } of layers) {
    const segment = segments[at];
    if (segment === undefined) continue;
    end = Math.min(end, segment.low > from ? segment.low : segment.high);
  }
  return end;
}

function combine(
  plan: Plan,
  layers: readonly Layer[],
  low: number,
  high: number,
  bottom: boolean,
): Segment | undefined {
  const { classes, keys } = plan;
  const entries = new Array<number>(classes.length).fill(0);
  const tombstones = new Array<number>(classes.length).fill(0);
  for (const { segments, at } of layers) {
    const segment = segments[at];
    if (segment === undefined || segment.low > low) continue;
    const part = (high - low) / (segment.high - segment.low);
    for (let i = 0; i < classes.length; i++) {
      const room = (classes[i]!.keys * (high - low)) / keys;
      const uncovered = part * Math.max(0, 1 - entries[i]! / room);
      entries[i] = Math.min(room, entries[i]! + uncovered * segment.entries[i]!);
      tombstones[i] = Math.min(entries[i]!, tombstones[i]! + uncovered * segment.tombstones[i]!);
    }
  }
  if (bottom) {
    for (let i = 0; i < classes.length; i++) {
      entries[i] = entries[i]! - tombstones[i]!;
      tombstones[i] = 0;
    }
  }
  return total(entries) > 1e-9 ? { low, high, entries, tombstones } : undefined;
}

/** Collects pieces into tables of about `size` bytes; each becomes one even segment. */
export class TableCutter {
  readonly tables: ModelTable[] = [];
  readonly #plan: Plan;
  readonly #newNumber: () => number;
  readonly #size: () => number;
  #limit: number;
  #low = -1;
  #high = -1;
  #entries: number[];
  #tombstones: number[];
  #bytes = 0;

  constructor(plan: Plan, newNumber: () => number, size: () => number) {
    this.#plan = plan;
    this.#newNumber = newNumber;
    this.#size = size;
    this.#limit = size();
    this.#entries = new Array<number>(plan.classes.length).fill(0);
    this.#tombstones = new Array<number>(plan.classes.length).fill(0);
  }

  /** Adds a piece, cut where a table is full. */
  add(piece: Segment): void {
    const { entries, tombstones, high } = piece;
    const bytes = bytesOf(this.#plan, total(entries), total(tombstones));
    const width = high - piece.low;
    let low = piece.low;
    while (low < high) {
      const left = (bytes * (high - low)) / width;
      const room = this.#limit - this.#bytes;
      const share = left <= room ? high - low : Math.ceil((room / bytes) * width);
      const end = Math.min(high, low + Math.max(1, share));
      this.#take(piece, low, end, (end - low) / width, (bytes * (end - low)) / width);
      if (this.#bytes >= this.#limit) this.end();
      low = end;
    }
  }

  #take(
    { entries, tombstones }: Segment,
    low: number,
    high: number,
    part: number,
    bytes: number,
  ): void {
    if (this.#low < 0) this.#low = low;
    this.#high = high;
    this.#bytes += bytes;
    for (let i = 0; i < entries.length; i++) {
      this.#entries[i] = this.#entries[i]! + part * entries[i]!;
      this.#tombstones[i] = this.#tombstones[i]! + part * tombstones[i]!;
    }
  }

  /** Ends the current table, if it has anything. */
  end(): void {
    if (this.#low < 0) return;
    const segment = {
      low: this.#low,
      high: this.#high,
      entries: this.#entries,
      tombstones: this.#tombstones,
    };
    this.tables.push(new ModelTable(this.#newNumber(), [segment], this.#plan));
    this.#low = -1;
    this.#bytes = 0;
    this.#limit = this.#size();
    this.#entries = new Array<number>(this.#plan.classes.length).fill(0);
    this.#tombstones = new Array<number>(this.#plan.classes.length).fill(0);
  }
}
