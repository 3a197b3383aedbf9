/**
 * What a workload writes, in expectation: how many different keys a memtable holds, and which.
 *
 * Keys are positions from 0 to `keys`. Keys of unequal popularity fall into classes of about equal
 * popularity each; the keys of every class are spread evenly over all positions, as hashed names
 * are.
 */

/** What is written, and the sizes that matter. */
export interface Workload {
  /** How many sets and deletes in all; 10^10 is fine. */
  readonly writes: number;
  /**
   * Which keys: `'uniform'`, any of `keys` alike; `'zipf'`, the r-th most popular one with probability
   * proportional to 1 / r^skew; `'sequential'`, one after the other, from the first again after the last.
   */
  readonly distribution: 'uniform' | 'zipf' | 'sequential';
  /** How many different keys there can be. Default: what `overwrites` asks for, else `writes`. */
  readonly keys?: number;
  /**
   * The share of writes to keys that were written before. `'sequential'`: these go to any older key
   * alike; default 0. Else it determines `keys`, and must not be given together with it.
   */
  readonly overwrites?: number;
  /** The share of writes that are deletions; for `'sequential'` of any older key. Default 0. */
  readonly deletes?: number;
  /** The exponent of `'zipf'`. Default 0.99. */
  readonly skew?: number;
  /** Bytes of a key. Default 16. */
  readonly keySize?: number;
  /** Bytes of a value. Default 100. */
  readonly valueSize?: number;
  /** Bytes in a table for each byte of its entries, after compression. Default 1. */
  readonly compression?: number;
  /** Bytes of a memtable. Default 64 MiB. */
  readonly memtableSize?: number;
  /** Bytes of a table. Default 64 MiB. */
  readonly tableSize?: number;
  /** Varies sizes a little, as nature does; the same seed gives the same result. Default 1. */
  readonly seed?: number;
}

/** Keys of about equal popularity. */
export interface PopularityClass {
  /** How many. */
  readonly keys: number;
  /** The share of writes that go to them. */
  readonly share: number;
}

/** A workload with its defaults, checked, and what follows from it. */
export interface Plan extends Required<Workload> {
  /** The classes of keys; one unless the workload is skewed. */
  readonly classes: readonly PopularityClass[];
  /** Writes that fill a memtable. */
  readonly writesPerFlush: number;
  /** Bytes in a table of an entry with a value. */
  readonly entryBytes: number;
  /** Bytes in a table of a tombstone. */
  readonly tombstoneBytes: number;
}

/** Bytes that an entry takes in a memtable beside key and value. */
const MEMTABLE_OVERHEAD = 48;
/**
 * Bytes that an entry takes in a table beside key and value: trailer, lengths, its part of the
 * index.
 */
const TABLE_OVERHEAD = 12;
/** A log this many times as large as a memtable may be ends it, if overwriting keeps it small. */
const LOG_FACTOR = 4;
/** Positions must be safe integers, with room for arithmetic. */
const MAX_KEYS = 2 ** 50;
const CLASSES = 16;
/** More memtables than this take minutes to simulate. */
const MAX_FLUSHES = 1e6;

/** Checks a workload, and works out what follows from it. */
export function planOf(workload: Workload): Plan {
  const names = ['writes', 'distribution', 'keys', 'overwrites', 'deletes', 'skew', 'keySize'];
  names.push('valueSize', 'compression', 'memtableSize', 'tableSize', 'seed');
  for (const name of Object.keys(workload)) {
    if (!names.includes(name)) throw new TypeError(`simulate(): unknown option ${name}`);
  }
  const { distribution } = workload;
  if (!['uniform', 'zipf', 'sequential'].includes(distribution)) {
    throw new TypeError(`simulate(): distribution: ${String(distribution)} is none`);
  }
  const number = (name: keyof Workload, fallback: number, low: number, high: number): number => {
    const value = workload[name] ?? fallback;
    if (typeof value !== 'number') throw new TypeError(`simulate(): ${name} must be a number`);
    if (value >= low && value <= high) return value;
    throw new RangeError(`simulate(): ${name} must be from ${low} to ${high}, not ${value}`);
  };
  const writes = number('writes', Number.NaN, 1, 1e15);
  const overwrites = number('overwrites', 0, 0, 0.99);
  const deletes = number('deletes', 0, 0, 0.99);
  const skew = number('skew', 0.99, 0, 5);
  const sequential = distribution === 'sequential';
  if (sequential && overwrites + deletes >= 1) {
    throw new RangeError('simulate(): overwrites and deletes leave no new keys');
  }
  if (!sequential && workload.keys !== undefined && workload.overwrites !== undefined) {
    throw new TypeError('simulate(): give keys or overwrites: one follows from the other');
  }
  const exponent = distribution === 'zipf' ? skew : 0;
  const solved =
    workload.overwrites === undefined || sequential
      ? Math.ceil(writes)
      : keysFor(writes, overwrites, exponent);
  const keys = Math.ceil(number('keys', solved, 1, MAX_KEYS));
  const keySize = number('keySize', 16, 0, 1e6);
  const valueSize = number('valueSize', 100, 0, 1e9);
  const memtableSize = number('memtableSize', 64 * 2 ** 20, 1024, 1e12);
  const compression = number('compression', 1, 0.01, 2);
  const classes = classesOf(keys, exponent);
  const perFlush = writesPerFlush(classes, sequential, keySize + valueSize, memtableSize);
  if (writes / perFlush > MAX_FLUSHES) {
    throw new RangeError(
      `simulate(): ${Math.ceil(writes / perFlush)} memtables: make memtableSize larger`,
    );
  }
  return {
    writes,
    distribution,
    keys,
    overwrites,
    deletes,
    skew,
    keySize,
    valueSize,
    compression,
    memtableSize,
    tableSize: number('tableSize', 64 * 2 ** 20, 1024, 1e12),
    seed: number('seed', 1, 0, 2 ** 32),
    classes,
    writesPerFlush: perFlush,
    entryBytes: (keySize + valueSize + TABLE_OVERHEAD) * compression,
    tombstoneBytes: (keySize + TABLE_OVERHEAD) * compression,
  };
}

/** How many different keys of a class `writes` writes to everything hit. */
export function distinct({ keys, share }: PopularityClass, writes: number): number {
  return keys * -Math.expm1((-share * writes) / keys);
}

/** Cuts keys, the most popular first, into classes whose ranks grow by a constant factor. */
function classesOf(keys: number, exponent: number): PopularityClass[] {
  if (exponent === 0) return [{ keys, share: 1 }];
  // The sum of r^-s from the first rank to before x, as an integral from half a rank on.
  const below = (x: number): number =>
    Math.abs(exponent - 1) < 1e-9
      ? Math.log((x - 0.5) / 0.5)
      : ((x - 0.5) ** (1 - exponent) - 0.5 ** (1 - exponent)) / (1 - exponent);
  const all = below(keys + 1);
  const classes: PopularityClass[] = [];
  for (let i = 0, from = 1; i < CLASSES && from <= keys; i++) {
    const end = i === CLASSES - 1 ? keys + 1 : Math.round((keys + 1) ** ((i + 1) / CLASSES));
    if (end <= from) continue;
    classes.push({ keys: end - from, share: (below(end) - below(from)) / all });
    from = end;
  }
  return classes;
}

function allDistinct(classes: readonly PopularityClass[], writes: number): number {
  return classes.reduce((sum, one) => sum + distinct(one, writes), 0);
}

/** Finds the number of keys with which this share of the writes are overwrites. */
function keysFor(writes: number, overwrites: number, exponent: number): number {
  let low = 1;
  let high = MAX_KEYS;
  for (let i = 0; i < 100; i++) {
    const middle = Math.sqrt(low * high);
    const share = 1 - allDistinct(classesOf(Math.ceil(middle), exponent), writes) / writes;
    if (share > overwrites) low = middle;
    else high = middle;
  }
  return Math.ceil(high);
}

function writesPerFlush(
  classes: readonly PopularityClass[],
  sequential: boolean,
  entrySize: number,
  memtableSize: number,
): number {
  const room = Math.max(1, memtableSize / (entrySize + MEMTABLE_OVERHEAD));
  if (sequential) return room;
  let low = room;
  let high = Math.max(room, (LOG_FACTOR * memtableSize) / Math.max(1, entrySize));
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (allDistinct(classes, middle) < room) low = middle;
    else high = middle;
  }
  return Math.max(1, high);
}
