/** The parts of the documents that are made of measurements. */
import { engines } from '../engine.mjs';
import { plans } from '../plans.mjs';
import { rows } from '../rows.mjs';
import { amplificationTable } from './amplification.mjs';
import { lineChart } from './chart-lines.mjs';
import { ratioChart } from './chart-ratios.mjs';
import { stallChart } from './chart-stalls.mjs';
import { table } from './markdown.mjs';
import { brief, digits } from './scale.mjs';
import {
  figureTable,
  PEERS,
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

/** Rows that are in no table of ratios: they are there for their own sake. */
const OWN = ['readcached'];
const names = rows.map((row) => row.name).filter((name) => !OWN.includes(name));
const [main] = plans['main'].steps;
const grown = ['jumpdb', 'classic-level', 'lmdb', 'leveldb'];

/** @param {string} plan */
const shapesOf = (plan) =>
  plans[plan].steps.map(({ rows: _, engines: __, ...shape }) => /** @type {Shape} */ (shape));

/**
 * Makes all parts, by name.
 * @param {Summary} summary
 * @returns {Record<string, string>}
 */
export function makeParts(summary) {
  const [shape] = shapesOf('main');
  return {
    machine: machinePart(summary),
    ratios: ratioTable(summary, shape, names),
    rows: rowTable(rows.map((row) => row.name)),
    stalls: stallTable(summary, shape),
    memory: sizeTable(summary, shapesOf('sizes'), 'fillrandom', grown, 'rssMib'),
    'memory-read': sizeTable(summary, shapesOf('sizes'), 'readrandom', grown, 'rssMib'),
    disk: sizeTable(summary, shapesOf('sizes'), 'fillrandom', grown, 'diskBytes'),
    amplification: amplificationTable(summary, shapesOf('amplification')),
    values: otherRatios(summary, 'values'),
    plain: otherRatios(summary, 'plain'),
    readme: readmePart(summary, shape),
    figures: figuresPart(summary),
  };
}

/**
 * Makes all pictures, by file name.
 * @param {Summary} summary
 * @returns {Record<string, string>}
 */
export function makePictures(summary) {
  const [shape] = shapesOf('main');
  const measured = names.filter((row) => summary.find(shape, row, 'jumpdb') !== undefined);
  const panels = [
    panel(summary, 'readcached', 'get, cached', 'µs', (one) => one.time),
    panel(summary, 'readrandom', 'get, 64 MiB of cache', 'µs', (one) => one.time),
    panel(summary, 'fillrandom', 'set, in random order', 'µs', (one) => one.time),
    panel(summary, 'overwrite', 'set, of keys that are there', 'µs', (one) => one.time),
    panel(summary, 'readseq', 'an entry of a scan', 'µs', (one) => one.time),
    panel(summary, 'reopen-first', 'opening, and one get', 'ms', (one) => one.time / 1000),
  ];
  const sizes = [
    panel(summary, 'fillrandom', 'peak memory, filling', 'MiB', (one) => one.rssMib),
    panel(summary, 'readrandom', 'peak memory, reading', 'MiB', (one) => one.rssMib),
    panel(
      summary,
      'fillrandom',
      'on disk, an entry',
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
 */
function panel(summary, row, title, unit, value) {
  const lines = grown.flatMap((engine) => {
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
    /** @param {number} ratio */
    const bold = (ratio) => (ratio < 1 ? `**${digits(ratio)}**` : digits(ratio));
    return [
      [title, `${bold(best.ratio)} (${best.peer})`, native === undefined ? '' : bold(native)],
    ];
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
  const isMain = (/** @type {Shape} */ shape) =>
    Number(sameShape(shape, /** @type {Shape} */ (main)));
  return shapes
    .toSorted((a, b) => isMain(b) - isMain(a) || a.valueSize - b.valueSize || a.entries - b.entries)
    .map((shape) => `## ${titleOf(shape)}\n\n${figureTable(summary, shape)}`)
    .join('\n\n');
}
