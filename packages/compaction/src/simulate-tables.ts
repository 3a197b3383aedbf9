/**
 * Tables as the simulation has them: no entries, only how many a range of positions holds.
 *
 * A segment is a range of positions with so many different keys of each popularity class in it, spread
 * evenly. Merging segments needs one formula. Of `keys` equally popular keys in a range a newer segment
 * holds n, an older one m, independently; then the older one's m (1 - n / keys) are not covered.
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
  readonly entries: Float64Array;
  /** Tombstones of each class. */
  readonly tombstones: Float64Array;
}

/** Makes an internal key of a position: eight bytes, big endian, and a trailer. */
export function positionKey(position: number): Uint8Array {
  const key = new Uint8Array(16);
  let rest = position;
  for (let i = 7; i > 0; i--) {
    key[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  key[8] = 1;
  return key;
}

/** Reads a position back from a user key. */
export function positionOf(userKey: Uint8Array): number {
  let position = 0;
  for (let i = 0; i < 8; i++) position = position * 256 + userKey[i]!;
  return position;
}

/** Sums up a class array. */
function total(counts: Float64Array): number {
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

  constructor(number: number, segments: readonly Segment[], plan: Plan) {
    this.number = number;
    this.segments = segments;
    this.smallest = positionKey(segments[0]!.low);
    this.largest = positionKey(segments.at(-1)!.high - 1);
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

  /** How many positions it reaches over. */
  get width(): number {
    return this.segments.at(-1)!.high - this.segments[0]!.low;
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
 * Merges runs, the newest first, into pieces from left to right, each between two neighbouring ends of
 * segments.
 *
 * @param older - ascending positions `[low, high]` where something older may lie outside
 * @param emit - takes the pieces; their arrays are its own
 */
export function mergeSegments(
  plan: Plan,
  runs: readonly (readonly Segment[])[],
  older: readonly (readonly [number, number])[],
  emit: (piece: Segment) => void,
): void {
  const layers = runs.map((segments) => new Layer(segments));
  let olderAt = 0;
  let position = nextStart(layers, -1);
  while (position < Number.POSITIVE_INFINITY) {
    const end = nextEnd(layers, position);
    while (olderAt < older.length && older[olderAt]![1] < position) olderAt++;
    const range = older[olderAt];
    const bottom = range === undefined || range[0] >= end;
    const piece = combine(plan, layers, position, end, bottom);
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
  const entries = new Float64Array(classes.length);
  const tombstones = new Float64Array(classes.length);
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
  #entries: Float64Array;
  #tombstones: Float64Array;
  #bytes = 0;

  constructor(plan: Plan, newNumber: () => number, size: () => number) {
    this.#plan = plan;
    this.#newNumber = newNumber;
    this.#size = size;
    this.#limit = size();
    this.#entries = new Float64Array(plan.classes.length);
    this.#tombstones = new Float64Array(plan.classes.length);
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
    this.#entries = new Float64Array(this.#plan.classes.length);
    this.#tombstones = new Float64Array(this.#plan.classes.length);
  }
}
