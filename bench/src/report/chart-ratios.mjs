/** Bars: how many times as fast JumpDB is as the best JavaScript peer, and as LevelDB in C++. */
import { rowNamed } from '../rows.mjs';
import { digits, logScale } from './scale.mjs';
import { Picture } from './svg.mjs';

/** @typedef {import('./summary.mjs').Summary} Summary */

const ROW = 21;
const TOP = 98;
/** Bars end here, whatever the ratio: the number beside them says it. */
const WIDEST = 16;
const LABELS = 130;
const WIDTH = 840;
const PANEL = 300;
const GAP = 50;
const GROUPS = { write: 'Writing', read: 'Reading', open: 'Opening', latency: 'Stalls' };

/**
 * @param {Summary} summary
 * @param {import('../results.mjs').Shape} shape
 * @param {readonly string[]} names of the rows
 * @param {readonly string[]} peers that are stores for JavaScript
 */
export function ratioChart(summary, shape, names, peers) {
  const lines = withHeadings(names);
  const height = TOP + lines.length * ROW + 34;
  const picture = new Picture(WIDTH, height, 'How many times as fast JumpDB is, row by row');
  const panels = [
    { title: 'against the fastest peer in JavaScript', peers, named: true },
    { title: 'against LevelDB 1.23 in C++', peers: ['leveldb'], named: false },
  ];
  picture.text(16, 26, 'JumpDB beside its peers', { size: 15, bold: true });
  picture.text(16, 44, 'to the right of 1 JumpDB is faster; 2 is twice as fast', {
    colour: 'muted',
  });
  for (const [i, panel] of panels.entries()) {
    const left = LABELS + i * (PANEL + GAP);
    drawPanel(picture, { ...panel, left, bottom: height - 26, lines, summary, shape });
  }
  for (const [i, { row, heading }] of lines.entries()) {
    const y = TOP + i * ROW + 15;
    if (heading === undefined) {
      picture.text(LABELS - 10, y, row, { anchor: 'end' });
    } else {
      picture.text(16, y, heading, { bold: true, colour: 'muted', size: 11 });
    }
  }
  return picture.toString();
}

/**
 * Puts a heading above each group of rows.
 * @param {readonly string[]} names
 * @returns {{ row: string, heading?: string }[]}
 */
function withHeadings(names) {
  let group = '';
  return names.flatMap((row) => {
    const next = rowNamed(row).group;
    if (next === group) return [{ row }];
    group = next;
    return [{ row: '', heading: GROUPS[next] }, { row }];
  });
}

/**
 * @param {Picture} picture
 * @param {{ title: string, peers: readonly string[], named: boolean, left: number, bottom: number,
 *   lines: { row: string }[], summary: Summary, shape: import('../results.mjs').Shape }} panel
 */
function drawPanel(picture, { title, peers, named, left, bottom, lines, summary, shape }) {
  const found = lines.map(({ row }) => (row === '' ? undefined : summary.best(shape, row, peers)));
  const ratios = found.flatMap((one) => (one === undefined ? [] : [one.ratio]));
  const scale = logScale(
    [Math.max(1 / WIDEST, Math.min(0.5, ...ratios)), Math.min(WIDEST, Math.max(2, ...ratios))],
    [left + (named ? 74 : 44), left + PANEL - 30],
    2,
  );
  picture.text(left, TOP - 20, title, { bold: true });
  for (const tick of thinned(scale.ticks)) {
    const x = scale.at(tick);
    picture.line(x, TOP - 8, x, bottom, tick === 1 ? 'axis' : 'grid');
    const label = tick < 1 ? `1/${1 / tick}` : `${tick}`;
    picture.text(x, bottom + 15, label, { size: 11, colour: 'muted', anchor: 'middle' });
  }
  for (const [i, one] of found.entries()) {
    if (one === undefined) continue;
    const y = TOP + i * ROW + 4;
    const end = scale.at(one.ratio);
    const start = scale.at(1);
    const faster = one.ratio >= 1;
    picture.bar(Math.min(start, end), y, Math.abs(end - start), ROW - 7, faster ? 'good' : 'bad');
    const label = named ? `${digits(one.ratio)} ${shortName(one.peer)}` : digits(one.ratio);
    const place = faster ? { x: end + 5 } : { x: end - 5, anchor: /** @type {const} */ ('end') };
    picture.text(place.x, y + 11, label, { size: 10.5, colour: 'muted', ...place });
  }
}

/**
 * Leaves out every other tick when there are many, never 1.
 * @param {number[]} ticks
 */
function thinned(ticks) {
  const one = ticks.indexOf(1);
  return ticks.length <= 7 ? ticks : ticks.filter((_, i) => (i - one) % 2 === 0);
}

/** @param {string} peer */
const shortName = (peer) => peer.replace('better-', '').replace('-level', '');
