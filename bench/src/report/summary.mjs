/** Medians and spreads of what was measured. */
import { caseOf } from '../results.mjs';
import { rowNamed } from '../rows.mjs';

/**
 * @typedef {import('../results.mjs').Measurement} Measurement
 * @typedef {import('../results.mjs').Shape} Shape
 *
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} least
 * @property {number} most
 *
 * @typedef {object} Case all rounds of a row on an engine
 * @property {string} row
 * @property {string} engine
 * @property {Shape} shape
 * @property {Spread} us an operation's microseconds
 * @property {Spread} settled the same with background work
 * @property {number} time what counts: with background work where the row writes
 * @property {number} rssMib the highest of all rounds
 * @property {number} diskBytes
 * @property {number | undefined} written bytes written for each byte of the user's
 * @property {Measurement} middle the round that is the median
 * @property {number} rounds
 */

/**
 * Takes the middle one, of an even number the lower of two: it is one that was measured.
 * @template T
 * @param {T[]} list
 * @param {(one: T) => number} value
 * @returns {T}
 */
function middleOf(list, value) {
  return list.toSorted((a, b) => value(a) - value(b))[(list.length - 1) >> 1];
}

/**
 * @param {Measurement[]} list
 * @param {(one: Measurement) => number} value
 * @returns {Spread}
 */
function spread(list, value) {
  const values = list.map(value);
  return {
    median: value(middleOf(list, value)),
    least: Math.min(...values),
    most: Math.max(...values),
  };
}

/**
 * Sums up the rounds of a case.
 * @param {Measurement[]} list
 * @returns {Case}
 */
function sumUp(list) {
  const [{ row, engine, entries, valueSize, cacheMib, compression }] = list;
  const writes = rowNamed(row).group === 'write';
  const us = spread(list, (one) => one.us);
  const settled = spread(list, (one) => one.settledUs);
  const middle = middleOf(list, (one) => (writes ? one.settledUs : one.us));
  const { writtenBytes, userBytes } = middle;
  return {
    row,
    engine,
    shape: { entries, valueSize, cacheMib, compression },
    us,
    settled,
    time: writes ? settled.median : us.median,
    rssMib: Math.max(...list.map((one) => one.rssMib)),
    diskBytes: middle.diskBytes,
    written: writtenBytes && userBytes ? writtenBytes / userBytes : undefined,
    middle,
    rounds: list.length,
  };
}

export class Summary {
  /** @type {Map<string, Case>} */
  #cases = new Map();

  /** @param {Measurement[]} measurements */
  constructor(measurements) {
    this.measurements = measurements;
    /** @type {Map<string, Measurement[]>} */
    const rounds = new Map();
    for (const one of measurements) {
      rounds.set(caseOf(one), [...(rounds.get(caseOf(one)) ?? []), one]);
    }
    for (const [name, list] of rounds) this.#cases.set(name, sumUp(list));
  }

  /** All cases, in the order of the files. */
  get cases() {
    return [...this.#cases.values()];
  }

  /**
   * Finds a case.
   * @param {Shape} shape
   * @param {string} row
   * @param {string} engine
   */
  find(shape, row, engine) {
    return this.#cases.get(caseOf({ ...shape, row, engine }));
  }

  /**
   * Tells how many times as fast JumpDB is; `undefined` unless both were measured.
   * @param {Shape} shape
   * @param {string} row
   * @param {string} peer
   * @param {string} [jumpdb]
   */
  ratio(shape, row, peer, jumpdb = 'jumpdb') {
    const ours = this.find(shape, row, jumpdb);
    const theirs = this.find(shape, row, peer);
    return ours === undefined || theirs === undefined ? undefined : theirs.time / ours.time;
  }

  /**
   * Finds the fastest of some peers, and how many times as fast JumpDB is.
   * @param {Shape} shape
   * @param {string} row
   * @param {readonly string[]} peers
   * @param {string} [jumpdb]
   */
  best(shape, row, peers, jumpdb = 'jumpdb') {
    const found = peers.flatMap((peer) => {
      const ratio = this.ratio(shape, row, peer, jumpdb);
      return ratio === undefined ? [] : [{ peer, ratio }];
    });
    return found.toSorted((a, b) => a.ratio - b.ratio)[0];
  }
}
