/** The charts of the report. */
import { engines } from '../engine.mjs';
import { lineChart } from './chart-lines.mjs';
import { ratioChart } from './chart-ratios.mjs';
import { stallChart } from './chart-stalls.mjs';
import { comparedRows, MAIN, SIZED, shapesOf } from './chosen.mjs';
import { PEERS } from './tables.mjs';

/**
 * @typedef {import('./summary.mjs').Summary} Summary
 * @typedef {import('../results.mjs').Shape} Shape
 */

/** Engines whose memory is not that of their whole file: lmdb maps it. */
const SMALL = SIZED.filter((engine) => engine !== 'lmdb');

/**
 * Makes all pictures, by file name.
 * @param {Summary} summary
 * @returns {Record<string, string>}
 */
export function makePictures(summary) {
  const shape = MAIN;
  const measured = comparedRows.filter((row) => summary.find(shape, row, 'jumpdb') !== undefined);
  const panels = [
    panel(summary, 'readcached', 'get, cached', 'µs', (one) => one.time),
    panel(summary, 'readrandom', 'get, 64 MiB cache', 'µs', (one) => one.time),
    panel(summary, 'fillrandom', 'set, in random order', 'µs', (one) => one.time),
    panel(summary, 'overwrite', 'set, keys that are there', 'µs', (one) => one.time),
    panel(summary, 'readseq', 'an entry of a scan', 'µs', (one) => one.time),
    panel(summary, 'reopen-first', 'opening, and one get', 'ms', (one) => one.time / 1000),
  ];
  const sizes = [
    panel(summary, 'fillrandom', 'peak memory, filling', 'MiB', (one) => one.rssMib, SMALL),
    panel(summary, 'readrandom', 'peak memory, reading', 'MiB', (one) => one.rssMib, SMALL),
    panel(
      summary,
      'fillrandom',
      'on the disk, an entry',
      'bytes',
      (one) => one.diskBytes / one.shape.entries,
    ),
  ];
  return {
    'ratios.svg': ratioChart(summary, shape, measured, PEERS),
    'cost.svg': lineChart('Cost against the number of entries', panels),
    'size.svg': lineChart('Memory and disk against the number of entries', sizes),
    'stalls.svg': stallChart(stallsOf(summary, shape)),
  };
}

/**
 * @param {Summary} summary
 * @param {string} row
 * @param {string} title
 * @param {string} unit
 * @param {(one: import('./summary.mjs').Case) => number} value
 * @param {readonly string[]} [names] of engines
 */
function panel(summary, row, title, unit, value, names = SIZED) {
  const lines = names.flatMap((engine) => {
    const points = shapesOf('sizes').flatMap((shape) => {
      const found = summary.find(shape, row, engine);
      return found === undefined
        ? []
        : [/** @type {[number, number]} */ ([shape.entries, value(found)])];
    });
    return points.length === 0 ? [] : [{ engine, points }];
  });
  return { title, unit, lines };
}

/**
 * @param {Summary} summary
 * @param {Shape} shape
 */
function stallsOf(summary, shape) {
  return engines.flatMap(({ name }) => {
    const found = summary.find(shape, 'latency', name);
    if (found?.middle.facts === undefined) return [];
    const { facts, operations } = found.middle;
    const perSecond = Number(facts['perSecond']);
    const series = /** @type {number[][]} */ (facts['series']);
    const seconds = operations / perSecond;
    const [p999, max] = [Number(facts['p999']), Number(facts['max'])];
    return [{ engine: name, perSecond, seconds, p999, max, series }];
  });
}
