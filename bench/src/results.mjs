/**
 * What was measured, kept as lines of JSON, a file a row, so that a row can be measured again
 * alone.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {object} Shape what a row was measured on
 * @property {number} entries
 * @property {number} valueSize
 * @property {number} cacheMib
 * @property {boolean} compression
 *
 * @typedef {Shape & import('./run-task.mjs').Result & {
 *   row: string, engine: string, version: string, at: string, commit: string, node: string,
 *   machine: string, diskBytes: number }} Measurement
 */

/**
 * Names what a measurement is one round of.
 * @param {Shape & { row: string, engine: string }} one
 */
export function caseOf({ row, engine, entries, valueSize, cacheMib, compression }) {
  return [row, engine, entries, valueSize, cacheMib, compression].join(' ');
}

/**
 * Reads all measurements of a folder.
 * @param {string} folder
 * @returns {Measurement[]}
 */
export function readResults(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .flatMap((file) => readLines(join(folder, file)));
}

/**
 * @param {string} path
 * @returns {Measurement[]}
 */
function readLines(path) {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** A folder of results that is being added to. */
export class Results {
  /** @type {Set<string>} */
  #begun = new Set();

  /**
   * @param {string} folder
   * @param {boolean} append keep the rounds of earlier commands
   */
  constructor(folder, append) {
    this.folder = folder;
    this.append = append;
  }

  /**
   * Counts the rounds of a case.
   * @param {string} name as `caseOf` says
   */
  rounds(name) {
    return readResults(this.folder).filter((one) => caseOf(one) === name).length;
  }

  /**
   * Adds a round; the first of a case in this command replaces those of earlier commands.
   * @param {Measurement} measurement
   */
  add(measurement) {
    mkdirSync(this.folder, { recursive: true });
    const path = join(this.folder, `${measurement.row}.jsonl`);
    const name = caseOf(measurement);
    const replace = !this.append && !this.#begun.has(name);
    this.#begun.add(name);
    const kept = readLines(path).filter((one) => !replace || caseOf(one) !== name);
    const lines = [...kept, measurement].map((one) => JSON.stringify(one));
    // In an order of its own, so that a repeated measurement changes only its lines.
    const sorted = lines
      .map((line) => /** @type {const} */ ([caseOf(JSON.parse(line)), line]))
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    writeFileSync(path, `${sorted.map(([, line]) => line).join('\n')}\n`);
  }
}
