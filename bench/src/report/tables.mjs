/** The tables of the report. */
import { engines } from '../engine.mjs';
import { rowNamed, rows } from '../rows.mjs';
import { levelRows } from '../rows-level.mjs';
import { table } from './markdown.mjs';
import { brief, digits, duration } from './scale.mjs';

/**
 * @typedef {import('./summary.mjs').Summary} Summary
 * @typedef {import('./summary.mjs').Case} Case
 * @typedef {import('../results.mjs').Shape} Shape
 */

/** Stores on disk for JavaScript; `memory-level` keeps nothing, and so is none of them. */
export const PEERS = ['classic-level', 'lmdb', 'better-sqlite3'];
const COLUMNS = [...PEERS, 'memory-level', 'leveldb'];
/** The engine that measures the disk alone. */
const DISK = 'disk';
/** JumpDB as an abstract-level database. */
const LEVEL = 'jumpdb-level';

/** @param {string} engine */
const titleOf = (engine) => (engine === 'leveldb' ? 'LevelDB, C++' : engine);

/**
 * Writes a ratio, in bold where JumpDB is slower by as much as can be seen.
 * @param {number | undefined} ratio
 */
export function ratioCell(ratio) {
  if (ratio === undefined) return '';
  const text = digits(ratio);
  return Number(text) < 1 ? `**${text}**` : text;
}

/** @param {number} bytes */
const mebibytes = (bytes) => digits(bytes / 2 ** 20);

/**
 * Writes what an operation takes: the median, then the fastest and the slowest round.
 * @param {import('./summary.mjs').Spread} spread
 */
function spreadCell({ median, least, most }) {
  const range = least === most ? '' : ` (${duration(least)}–${duration(most)})`;
  return duration(median) + range;
}

/**
 * Writes how many times as fast JumpDB is, a line a row.
 * @param {Summary} summary
 * @param {Shape} shape
 * @param {readonly string[]} rows
 */
export function ratioTable(summary, shape, rows) {
  const columns = COLUMNS.filter((peer) => rows.some((row) => summary.find(shape, row, peer)));
  const lines = rows.flatMap((row) =>
    ['jumpdb', 'jumpdb-each'].flatMap((ours) => {
      const found = summary.find(shape, row, ours);
      if (found === undefined) return [];
      const name = ours === 'jumpdb' ? row : `${row}, \`'each'\``;
      const ratios = columns.map((peer) => ratioCell(summary.ratio(shape, row, peer, ours)));
      return [[name, duration(found.time), ...ratios]];
    }),
  );
  return table(['row', 'JumpDB', ...columns.map(titleOf)], lines);
}

/**
 * Writes what the rows are.
 * @param {readonly string[]} rows
 */
export function rowTable(rows) {
  return table(
    ['row', 'what it does'],
    rows.map((row) => [`\`${row}\``, rowNamed(row).says]),
  );
}

/**
 * Writes everything that was measured on a shape, a line a row and engine.
 * @param {Summary} summary
 * @param {Shape} shape
 */
export function figureTable(summary, shape) {
  const cases = summary.cases.filter((one) => sameShape(one.shape, shape));
  const names = engines.map(({ name }) => name);
  const ordered = cases.toSorted((a, b) => names.indexOf(a.engine) - names.indexOf(b.engine));
  const head = ['row', 'engine', 'an operation', 'with background work', 'peak MiB'];
  const lines = rows.flatMap(({ name }) =>
    ordered.filter((one) => one.row === name).map((one) => figureLine(one)),
  );
  return table([...head, 'MiB on disk', 'written', 'rounds'], lines);
}

/** @param {Case} one */
function figureLine(one) {
  const writes = rowNamed(one.row).group === 'write';
  return [
    one.row,
    one.engine === DISK ? 'the disk alone' : one.engine,
    spreadCell(one.us),
    writes ? spreadCell(one.settled) : '',
    one.rssMib.toFixed(0),
    one.diskBytes === 0 ? '' : mebibytes(one.diskBytes),
    one.written === undefined ? '' : `${digits(one.written)} ×`,
    String(one.rounds),
  ];
}

/**
 * Writes what abstract-level's calls take, a line a row.
 * @param {Summary} summary
 * @param {Shape} shape
 */
export function levelTable(summary, shape) {
  const lines = levelRows.flatMap(({ name, says }) => {
    const found = summary.find(shape, name, LEVEL);
    if (found === undefined) return [];
    const direct = summary.find(shape, name, 'jumpdb');
    const ratio = summary.ratio(shape, name, 'classic-level', LEVEL);
    const time = direct === undefined ? '' : duration(direct.time);
    return [[says, duration(found.time), ratioCell(ratio), time]];
  });
  return table(['', '@jump/level', 'classic-level', '@jump/db itself'], lines);
}

/**
 * Writes peak memory, or bytes on the disk, by the number of entries.
 * @param {Summary} summary
 * @param {readonly Shape[]} shapes
 * @param {string} row
 * @param {readonly string[]} names of the engines
 * @param {'rssMib' | 'diskBytes'} what
 */
export function sizeTable(summary, shapes, row, names, what) {
  const lines = shapes.map((shape) => [
    brief(shape.entries),
    ...names.map((engine) => {
      const found = summary.find(shape, row, engine);
      if (found === undefined) return '';
      return what === 'rssMib' ? found.rssMib.toFixed(0) : mebibytes(found.diskBytes);
    }),
  ]);
  return table(['entries', ...names.map(titleOf)], lines);
}

/**
 * Writes the latencies of `set`.
 * @param {Summary} summary
 * @param {Shape} shape
 */
export function stallTable(summary, shape) {
  const lines = engines.flatMap(({ name }) => {
    const facts = summary.find(shape, 'latency', name)?.middle.facts;
    if (facts === undefined) return [];
    const times = ['p50', 'p99', 'p999', 'p9999', 'max'].map((one) => duration(Number(facts[one])));
    return [[titleOf(name), brief(Number(facts['perSecond'])), ...times]];
  });
  const head = ['engine', 'a second', 'median', '99 %', '99.9 %', '99.99 %', 'longest'];
  return table(head, lines);
}

/**
 * Tells whether two shapes are the same.
 * @param {Shape} a
 * @param {Shape} b
 */
export function sameShape(a, b) {
  return (
    a.entries === b.entries &&
    a.valueSize === b.valueSize &&
    a.cacheMib === b.cacheMib &&
    a.compression === b.compression
  );
}
