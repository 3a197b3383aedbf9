/** Which measurements the report shows. */
import { plans } from '../plans.mjs';
import { commonRows } from '../rows.mjs';

/** @typedef {import('../results.mjs').Shape} Shape */

/** Rows that are in no table of ratios: they show how something grows. */
const GROWING = ['readcached'];

/** The rows in which JumpDB is compared with its peers. */
export const comparedRows = commonRows
  .map((row) => row.name)
  .filter((name) => !GROWING.includes(name));

/** Engines that are measured at all sizes. */
export const SIZED = ['jumpdb', 'classic-level', 'lmdb', 'leveldb'];

/**
 * Lists what a plan measures its rows on.
 * @param {string} plan
 * @returns {Shape[]}
 */
export const shapesOf = (plan) =>
  plans[plan].steps.map(({ entries, valueSize, cacheMib, compression }) => ({
    entries,
    valueSize,
    cacheMib,
    compression,
  }));

/** What most rows are measured on. */
export const MAIN = shapesOf('main')[0];
