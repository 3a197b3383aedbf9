/** Write amplification: what was measured beside what `simulate()` says. */
import { leveled, simulate } from '@jump/compaction';
import { TABLE_SIZE, WRITE_BUFFER } from '../settings.mjs';
import { table } from './markdown.mjs';
import { brief, digits } from './scale.mjs';

/**
 * @typedef {import('./summary.mjs').Summary} Summary
 * @typedef {import('../results.mjs').Shape} Shape
 */

/** Keys enough that none comes twice. */
const ALL_DIFFERENT = 2 ** 50;

/**
 * Says how many bytes are written for each byte of the user's, the log counted, which the
 * simulation leaves out.
 * @param {string} row
 * @param {Shape} shape
 */
export function predicted(row, { entries, valueSize }) {
  /** @param {number} writes @param {number} keys */
  const written = (writes, keys) =>
    writes *
    simulate(leveled(), {
      writes,
      keys,
      distribution: 'uniform',
      keySize: 16,
      valueSize,
      memtableSize: WRITE_BUFFER,
      tableSize: TABLE_SIZE,
    }).writeAmplification;
  if (row === 'fillrandom') return 1 + written(entries, ALL_DIFFERENT) / entries;
  // The third pass over N keys: after two of them, nearly all are there.
  return 1 + (written(3 * entries, entries) - written(2 * entries, entries)) / entries;
}

/**
 * Writes a difference, with its sign.
 * @param {number} share
 */
function percent(share) {
  const text = Math.abs(100 * share).toFixed(0);
  return `${text === '0' ? '' : share > 0 ? '+' : '−'}${text} %`;
}

/**
 * @param {Summary} summary
 * @param {readonly Shape[]} shapes
 */
export function amplificationTable(summary, shapes) {
  const lines = shapes.flatMap((shape) =>
    ['fillrandom', 'overwrite'].flatMap((row) => {
      const measured = summary.find(shape, row, 'jumpdb')?.written;
      if (measured === undefined) return [];
      const expected = predicted(row, shape);
      const native = summary.find(shape, row, 'leveldb')?.written;
      return [
        [
          brief(shape.entries),
          row,
          digits(measured),
          digits(expected),
          percent(measured / expected - 1),
          native === undefined ? '' : digits(native),
        ],
      ];
    }),
  );
  const head = ['entries', 'row', 'JumpDB', '`simulate()`', 'difference', 'LevelDB, C++'];
  return table(head, lines);
}
