/** The parts of the documents that are made of measurements. */
import { engines } from '../engine.mjs';
import { plans } from '../plans.mjs';
import { commonRows } from '../rows.mjs';
import { amplificationTable } from './amplification.mjs';
import { comparedRows, MAIN, SIZED, shapesOf } from './chosen.mjs';
import { table } from './markdown.mjs';
import { brief } from './scale.mjs';
import {
  figureTable,
  levelTable,
  PEERS,
  ratioCell,
  ratioTable,
  rowTable,
  sameShape,
  sizeTable,
  stallTable,
} from './tables.mjs';

/**
 * @typedef {import('./summary.mjs').Summary} Summary
 * @typedef {import('../results.mjs').Shape} Shape
 */

/**
 * Makes all parts, by name.
 * @param {Summary} summary
 * @returns {Record<string, string>}
 */
export function makeParts(summary) {
  const shape = MAIN;
  return {
    machine: machinePart(summary),
    ratios: ratioTable(summary, shape, comparedRows),
    rows: rowTable(commonRows.map((row) => row.name)),
    stalls: stallTable(summary, shape),
    memory: sizeTable(summary, shapesOf('sizes'), 'fillrandom', SIZED, 'rssMib'),
    'memory-read': sizeTable(summary, shapesOf('sizes'), 'readrandom', SIZED, 'rssMib'),
    disk: sizeTable(summary, shapesOf('sizes'), 'fillrandom', SIZED, 'diskBytes'),
    amplification: amplificationTable(summary, shapesOf('amplification')),
    level: levelTable(summary, shapesOf('level')[0]),
    cache: otherRatios(summary, 'cache'),
    values: otherRatios(summary, 'values'),
    plain: otherRatios(summary, 'plain'),
    readme: readmePart(summary, shape),
    figures: figuresPart(summary),
  };
}

/**
 * Says where and when, with which versions.
 * @param {Summary} summary
 */
function machinePart({ measurements }) {
  /** @param {(one: import('../results.mjs').Measurement) => string} value */
  const all = (value) => [...new Set(measurements.map(value))].sort();
  const days = all((one) => one.at.slice(0, 10));
  const versions = engines
    .filter(({ kind }) => kind === 'peer' || kind === 'native')
    .flatMap(({ name }) => {
      const own = measurements.filter((one) => one.engine === name);
      return own.length === 0
        ? []
        : [`${name} ${[...new Set(own.map((one) => one.version))].join(', ')}`];
    });
  const ours = measurements.filter(({ engine }) => engine.startsWith('jumpdb'));
  const commits = [...new Set(ours.map((one) => one.commit))].sort();
  const from = days.length > 1 ? `${days[0]} to ${days.at(-1)}` : (days[0] ?? 'never');
  return [
    `Measured ${from} on ${all((one) => one.machine).join('; ')}; Node ${all((one) => one.node).join(', ')};`,
    `JumpDB at ${commits.join(', ')}; ${versions.join(', ')}.`,
  ].join('\n');
}

/**
 * Ratios of a plan, a table a shape.
 * @param {Summary} summary
 * @param {string} plan
 */
function otherRatios(summary, plan) {
  return plans[plan].steps
    .map(({ rows: own, engines: _, ...shape }) => {
      const found = own.filter((row) => summary.find(shape, row, 'jumpdb') !== undefined);
      return `${titleOf(shape)}:\n\n${ratioTable(summary, shape, found)}`;
    })
    .join('\n\n');
}

/** @param {Shape} shape */
function titleOf({ entries, valueSize, cacheMib, compression }) {
  const packed = compression ? 'Snappy' : 'no compression';
  return `${brief(entries)} entries, values of ${valueSize} bytes, ${packed}, a cache of ${cacheMib} MiB`;
}

/**
 * The table of the README: the rows that most people ask for.
 * @param {Summary} summary
 * @param {Shape} shape
 */
function readmePart(summary, shape) {
  const chosen = [
    ['fillseq', 'write, keys in order'],
    ['fillrandom', 'write, keys in random order'],
    ['fillbatch', 'write, batches of 100'],
    ['commit100', '100 writers, each waits for the disk'],
    ['readrandom', 'read, random'],
    ['readmissing', 'read, absent keys'],
    ['range10', 'ten entries from a key on'],
    ['readseq', 'scan'],
    ['cursorseq', 'scan by a cursor'],
  ];
  const lines = chosen.flatMap(([row, title]) => {
    const best = summary.best(shape, row, PEERS);
    if (best === undefined) return [];
    const native = summary.ratio(shape, row, 'leveldb');
    return [[title, `${ratioCell(best.ratio)} (${best.peer})`, ratioCell(native)]];
  });
  return table(['', 'the fastest peer in JavaScript', 'LevelDB in C++'], lines);
}

/**
 * Every figure, a table a shape.
 * @param {Summary} summary
 */
function figuresPart(summary) {
  /** @type {Shape[]} */
  const shapes = [];
  for (const { shape } of summary.cases) {
    if (!shapes.some((one) => sameShape(one, shape))) shapes.push(shape);
  }
  const isMain = (/** @type {Shape} */ shape) => Number(sameShape(shape, MAIN));
  return shapes
    .toSorted((a, b) => isMain(b) - isMain(a) || a.valueSize - b.valueSize || a.entries - b.entries)
    .map((shape) => `## ${titleOf(shape)}\n\n${figureTable(summary, shape)}`)
    .join('\n\n');
}
