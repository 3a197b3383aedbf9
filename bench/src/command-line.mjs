/** The options of `npm run bench`. */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { engines } from './engine.mjs';
import { plans } from './plans.mjs';
import { rowNamed, rows } from './rows.mjs';

const BENCH = fileURLToPath(new URL('..', import.meta.url));

const HELP = `npm run bench -- [options]

  --plan NAME          what to measure: ${Object.keys(plans).join(', ')}, or all (main)
  --rows A,B           only these rows; ${rows.map((row) => row.name).join(', ')}
  --engines A,B        only these engines; ${engines.map((one) => one.name).join(', ')}
  --entries N,M        instead of the plan's; 100k and 10m will do
  --value-size N,M     bytes of a value
  --cache-mib N        of blocks in memory
  --no-compression
  --rounds N           rounds of each row, the engines in turn (5)
  --append             keep the rounds of earlier commands; otherwise a row's are replaced
  --missing            only the rounds that are not there yet, up to --rounds
  --budget SECONDS     begin nothing new after so long; exit code 75 says that something is left.
                       With --missing the same command goes on where it ended
  --patience MS        without work: the end of background work (400)
  --results FOLDER     where the raw figures go (bench/.results)
  --publish            the same as --results bench/results, which the documents are made from
  --work FOLDER        where the stores are; on the disk that is to be measured (bench/.work)
`;

/**
 * @typedef {object} Options
 * @property {import('./plans.mjs').Step[]} steps
 * @property {string[]} engines
 * @property {number} rounds
 * @property {boolean} append
 * @property {boolean} missing
 * @property {number} budget milliseconds
 * @property {number | undefined} patience milliseconds
 * @property {string} results
 * @property {string} work
 * @property {string} [profiles] a folder for a profile of each row
 */

/**
 * Reads the options; `undefined` after printing the help.
 * @param {string[]} args
 * @returns {Options | undefined}
 * @throws {Error} naming an option that makes no sense
 */
export function parseOptions(args) {
  const { values: given } = parseArgs({
    args,
    options: {
      plan: { type: 'string', default: 'main' },
      rows: { type: 'string' },
      engines: { type: 'string' },
      entries: { type: 'string' },
      'value-size': { type: 'string' },
      'cache-mib': { type: 'string' },
      'no-compression': { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      append: { type: 'boolean', default: false },
      missing: { type: 'boolean', default: false },
      budget: { type: 'string' },
      patience: { type: 'string' },
      results: { type: 'string' },
      publish: { type: 'boolean', default: false },
      work: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (given.help) {
    console.log(HELP);
    return undefined;
  }
  const published = given.publish ? 'results' : '.results';
  return {
    steps: stepsOf(given),
    engines: chosenEngines(given.engines),
    rounds: amount('rounds', given.rounds),
    append: given.append || given.missing,
    missing: given.missing,
    budget:
      given.budget === undefined ? Number.POSITIVE_INFINITY : 1000 * amount('budget', given.budget),
    patience: given.patience === undefined ? undefined : amount('patience', given.patience),
    results: given.results === undefined ? join(BENCH, published) : resolve(given.results),
    work: given.work === undefined ? join(BENCH, '.work') : resolve(given.work),
  };
}

/**
 * The plan's steps, with what was given instead.
 * @param {{ plan: string, rows?: string, entries?: string, 'value-size'?: string,
 *   'cache-mib'?: string, 'no-compression': boolean }} given
 */
function stepsOf(given) {
  const names = given.plan === 'all' ? Object.keys(plans) : [given.plan];
  const steps = names.flatMap((name) => {
    if (!Object.hasOwn(plans, name)) {
      throw new RangeError(`--plan ${name}: there are ${Object.keys(plans).join(', ')}, all`);
    }
    return plans[name].steps;
  });
  const wanted = given.rows?.split(',').map((name) => rowNamed(name).name);
  const sizes = given['value-size']?.split(',').map((text) => amount('value-size', text));
  const numbers = given.entries?.split(',').map((text) => amount('entries', text));
  const changed = (numbers ?? [undefined])
    .flatMap((entries) =>
      steps.map((step) => (entries === undefined ? step : { ...step, entries })),
    )
    .flatMap((step) => sizes?.map((valueSize) => ({ ...step, valueSize })) ?? [step])
    .map((step) => ({
      ...step,
      ...(wanted === undefined ? {} : { rows: wanted }),
      ...(given['no-compression'] ? { compression: false } : {}),
      ...(given['cache-mib'] === undefined
        ? {}
        : { cacheMib: amount('cache-mib', given['cache-mib']) }),
    }));
  // Steps that differed in what was given are the same now.
  const known = changed.map((step) => JSON.stringify(step));
  return changed.filter((_, i) => known.indexOf(known[i]) === i);
}

/** @param {string | undefined} given */
function chosenEngines(given) {
  const names = engines.map((one) => one.name);
  const chosen = given?.split(',') ?? names;
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`no engine ${unknown}; there are ${names.join(', ')}`);
  }
  return chosen;
}

/**
 * Reads a number, `100k` and `10m` too.
 * @param {string} name
 * @param {string} text
 */
function amount(name, text) {
  const [, digits = '', unit = ''] = /^([\d_]+(?:\.\d+)?)([km]?)$/i.exec(text) ?? [];
  const times = unit === '' ? 1 : unit.toLowerCase() === 'k' ? 1000 : 1e6;
  const number = Number(digits.replaceAll('_', '')) * times;
  if (!(number > 0)) throw new RangeError(`--${name} ${text}: a number above 0 is wanted`);
  return number;
}
