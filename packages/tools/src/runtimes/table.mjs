// The table of the README: what was counted last, package by package and runtime by runtime.
import { packageFolders, ROOT } from '../files.mjs';
import { RUNTIMES } from './runtimes.mjs';

/** Where a reader of the README finds them. */
const DIFFERENCES = 'packages/tools/src/runtimes/differences.mjs';

/**
 * @typedef {import('./count.mjs').Counts & { package: string, runtime: string, version: string,
 *   date: string }} Cell
 */

/**
 * Makes the Markdown table of the cells.
 * @param {readonly Cell[]} cells
 * @param {readonly string[]} [packages] which have a row, in that order
 */
export function tableOf(cells, packages = [...new Set(cells.map((cell) => cell.package))]) {
  const runtimes = RUNTIMES.filter(({ name }) => cells.some(({ runtime }) => runtime === name));
  const row = (/** @type {string[]} */ words) => `| ${words.join(' | ')} |`;
  const rows = packages.map((name) =>
    row([
      `\`${name}\``,
      ...runtimes.map((one) =>
        told(cells.filter((cell) => cell.package === name && cell.runtime === one.name)),
      ),
    ]),
  );
  const all = runtimes.map(({ name }) => told(cells.filter(({ runtime }) => runtime === name)));
  return [
    row(['tests of', ...runtimes.map(({ title, name }) => `${title} (${versionOf(cells, name)})`)]),
    row(['---', ...runtimes.map(() => '---:')]),
    ...rows,
    row(['all', ...all]),
  ].join('\n');
}

/**
 * Puts the table of the cells between the marks of a document.
 * @param {string} text
 * @param {readonly Cell[]} cells
 */
export function fillTable(text, cells) {
  const marks = /(<!-- runtimes -->\n)[\s\S]*?(<!-- end of runtimes -->)/;
  if (!marks.test(text)) throw new Error('no marks for the table of runtimes');
  const dates = cells.map(({ date }) => date).sort();
  const [first, last] = [dates[0], dates.at(-1)];
  const when = first === last ? `on ${last}` : `from ${first} to ${last}`;
  const packages = packageFolders(ROOT);
  const runtimes = new Set(cells.map(({ runtime }) => runtime));
  const empty = cells.length < packages.length * runtimes.size ? '; empty: not counted yet' : '';
  const differ = `differ: fail for what the runtime lacks, as [listed](${DIFFERENCES})`;
  const skipped = 'skipped: about what is not there';
  const legend = `Tests passed, of the same test files; ${skipped}; ${differ}${empty}. Counted ${when}.`;
  return text.replace(
    marks,
    (_, begin, end) => `${begin}\n${tableOf(cells, packages)}\n\n${legend}\n\n${end}`,
  );
}

/**
 * Replaces the cells of the same packages and runtimes, and sorts all as the table shows them.
 * @param {readonly Cell[]} old
 * @param {readonly Cell[]} made
 * @returns {Cell[]}
 */
export function merge(old, made) {
  const key = (/** @type {Cell} */ cell) => `${cell.package} ${cell.runtime}`;
  const cells = new Map([...old, ...made].map((cell) => [key(cell), cell]));
  const order = RUNTIMES.map(({ name }) => name);
  return [...cells.values()].sort(
    (a, b) =>
      a.package.localeCompare(b.package) || order.indexOf(a.runtime) - order.indexOf(b.runtime),
  );
}

/** @param {readonly Cell[]} cells */
function told(cells) {
  if (cells.length === 0) return '';
  const sum = (/** @type {keyof import('./count.mjs').Counts} */ of) =>
    cells.reduce((total, cell) => total + cell[of], 0);
  const rest = [
    sum('skipped') > 0 ? `${sum('skipped')} skipped` : '',
    sum('differ') > 0 ? `${sum('differ')} differ` : '',
    sum('failed') > 0 ? `**${sum('failed')} failed**` : '',
  ].filter((text) => text !== '');
  return [`${sum('passed')}`, ...rest].join(', ');
}

/**
 * @param {readonly Cell[]} cells
 * @param {string} name
 */
function versionOf(cells, name) {
  const versions = cells.filter(({ runtime }) => runtime === name).map(({ version }) => version);
  return [...new Set(versions)].join(', ');
}
