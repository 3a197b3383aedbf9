/** Random histories as plain data, drawn from a seed: what is done to a store and to its model. */
import { type KeyOptions, type Random, randomKey, randomValue } from '@jump/testkit';

/** Bounds of keys, in every form that the store takes. */
export interface HistoryRange {
  readonly gt?: Uint8Array;
  readonly gte?: Uint8Array;
  readonly lt?: Uint8Array;
  readonly lte?: Uint8Array;
  readonly prefix?: Uint8Array;
}

/** One change. */
export type Change =
  | { readonly type: 'set'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: Uint8Array };

/** One move of a cursor. */
export type Move =
  | { readonly type: 'first' | 'last' | 'next' | 'previous' }
  | { readonly type: 'seek'; readonly key: Uint8Array };

/** One step. `which` chooses among the snapshots, iterators or cursors that are open then. */
export type Step =
  | Change
  | { readonly type: 'batch'; readonly how: 'batch' | 'write'; readonly changes: readonly Change[] }
  | { readonly type: 'get'; readonly keys: readonly Uint8Array[]; readonly which: number }
  | {
      readonly type: 'scan';
      readonly what: 'entries' | 'keys' | 'values';
      readonly range: HistoryRange;
      readonly reverse: boolean;
      readonly limit: number | undefined;
      readonly which: number;
    }
  | { readonly type: 'openIterator'; readonly range: HistoryRange; readonly reverse: boolean }
  | { readonly type: 'stepIterator'; readonly which: number; readonly count: number }
  | { readonly type: 'openCursor'; readonly range: HistoryRange; readonly which: number }
  | { readonly type: 'moveCursor'; readonly which: number; readonly moves: readonly Move[] }
  | { readonly type: 'closeReader' | 'releaseSnapshot'; readonly which: number }
  | { readonly type: 'clear'; readonly range: HistoryRange }
  | { readonly type: 'compact'; readonly range: HistoryRange; readonly wait: boolean }
  | { readonly type: 'size'; readonly range: HistoryRange }
  /**
   * The process dies: after it has handed over what it wrote; or the machine, after a sync, when
   * all is safe; or at any moment, when what was written since the last sync may be gone.
   */
  | { readonly type: 'die'; readonly how: 'handedOver' | 'synced' | 'any'; readonly seed: number }
  | { readonly type: 'readOnly' }
  | { readonly type: 'snapshot' | 'flush' | 'reopen' | 'sync' | 'drain' | 'handOver' | 'turn' };

/** How likely each kind of step is, as shares of the sum. */
const SHARES: Readonly<Record<Step['type'], number>> = {
  set: 300,
  delete: 90,
  batch: 60,
  get: 120,
  scan: 60,
  openIterator: 15,
  stepIterator: 40,
  openCursor: 15,
  moveCursor: 60,
  closeReader: 12,
  releaseSnapshot: 8,
  clear: 8,
  compact: 6,
  size: 5,
  snapshot: 10,
  flush: 10,
  reopen: 4,
  die: 4,
  readOnly: 2,
  sync: 4,
  drain: 4,
  handOver: 4,
  turn: 60,
};

const TYPES = Object.entries(SHARES).flatMap(([type, share]) =>
  new Array<Step['type']>(share).fill(type as Step['type']),
);

/** What histories are about. */
export interface HistoryOptions {
  readonly keys?: KeyOptions;
  readonly longestValue?: number;
}

/** Draws a history of `count` steps. */
export function randomHistory(random: Random, count: number, options?: HistoryOptions): Step[] {
  const draw = new Drawing(random, options);
  return Array.from({ length: count }, () => draw.step());
}

class Drawing {
  readonly #random: Random;
  readonly #keys: KeyOptions;
  readonly #longestValue: number;

  constructor(random: Random, options: HistoryOptions = {}) {
    this.#random = random;
    // Most histories are of small entries, of which a table has many.
    const small = random.chance(0.6);
    const longestKey = random.chance(0.05) ? 65_536 : small ? 60 : 600;
    this.#keys = { space: random.pick([8, 60, 60, 300]), maxLength: longestKey, ...options.keys };
    const huge = random.chance(0.02) ? 0x10_0000 : 100_000;
    const longestValue = random.chance(0.05) ? huge : small ? 60 : 2_000;
    this.#longestValue = options.longestValue ?? longestValue;
  }

  step(): Step {
    const random = this.#random;
    const type = random.pick(TYPES);
    const which = random.integer(0, 9);
    switch (type) {
      case 'set':
      case 'delete':
        return this.#change(type);
      case 'batch':
        return { type, how: random.pick(['batch', 'write']), changes: this.#changes() };
      case 'get':
        return { type, keys: this.#times(random.integer(1, 6), () => this.#key()), which };
      case 'scan': {
        const what = random.pick(['entries', 'keys', 'values'] as const);
        const limit = random.chance(0.3) ? random.integer(0, 12) : undefined;
        return { type, what, range: this.#range(), reverse: random.chance(0.4), limit, which };
      }
      case 'openIterator':
        return { type, range: this.#range(), reverse: random.chance(0.5) };
      case 'stepIterator':
        return { type, which, count: random.skewed(30) };
      case 'openCursor':
        return { type, range: this.#range(), which };
      case 'moveCursor':
        return { type, which, moves: this.#times(random.integer(1, 12), () => this.#move()) };
      case 'closeReader':
      case 'releaseSnapshot':
        return { type, which };
      case 'clear':
      case 'size':
        return { type, range: this.#range() };
      case 'die': {
        const how = random.pick(['handedOver', 'synced', 'any', 'any'] as const);
        return { type, how, seed: random.bits() };
      }
      case 'compact': {
        const range = random.chance(0.5) ? {} : this.#range();
        return { type, range, wait: random.chance(0.6) };
      }
      default:
        return { type };
    }
  }

  #times<T>(count: number, draw: () => T): T[] {
    return Array.from({ length: count }, draw);
  }

  #key(): Uint8Array {
    return randomKey(this.#random, this.#keys);
  }

  #change(type: 'set' | 'delete'): Change {
    const key = this.#key();
    if (type === 'delete') return { type, key };
    return { type, key, value: randomValue(this.#random, this.#longestValue) };
  }

  #changes(): Change[] {
    const random = this.#random;
    const count = random.chance(0.05) ? 300 : random.integer(0, 8);
    const changes = this.#times(count, () => this.#change(random.chance(0.7) ? 'set' : 'delete'));
    // The same key again within one batch: the last one counts.
    const again = changes[0];
    if (again !== undefined && random.chance(0.5)) {
      changes.push({ type: 'delete', key: again.key });
      if (random.chance(0.5)) {
        changes.push({ type: 'set', key: again.key, value: random.bytes(random.integer(0, 9)) });
      }
    }
    return changes;
  }

  #range(): HistoryRange {
    const random = this.#random;
    const range: { -readonly [K in keyof HistoryRange]: HistoryRange[K] } = {};
    if (random.chance(0.25)) return range;
    const low = random.integer(0, 2);
    const high = random.integer(0, 2);
    if (low === 1) range.gt = this.#key();
    if (low === 2) range.gte = this.#key();
    if (high === 1) range.lt = this.#key();
    if (high === 2) range.lte = this.#key();
    if (random.chance(0.25)) range.prefix = this.#prefix();
    return range;
  }

  #prefix(): Uint8Array {
    const key = this.#key();
    return key.subarray(0, this.#random.integer(0, Math.min(key.length, 8)));
  }

  #move(): Move {
    const random = this.#random;
    const type = random.pick(['first', 'last', 'next', 'next', 'previous', 'previous', 'seek']);
    if (type === 'seek') return { type, key: this.#key() };
    return { type: type as 'first' | 'last' | 'next' | 'previous' };
  }
}
