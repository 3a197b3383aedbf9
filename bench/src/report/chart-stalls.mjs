/** How long a `set` takes as time goes by: percentiles of each hundredth of the run. */
import { brief, duration, logScale } from './scale.mjs';
import { Picture } from './svg.mjs';

/**
 * @typedef {object} Stalls
 * @property {string} engine
 * @property {number} perSecond
 * @property {number} seconds
 * @property {number} p999
 * @property {number} max
 * @property {number[][]} series microseconds: median, 99 %, 99.9 %, longest
 */

const WIDTH = 840;
const COLUMNS = 2;
const PANEL = { width: 350, height: 118 };
const STEP = { x: 410, y: 186 };
const TOP = 66;
const LEFT = 62;

/** @param {Stalls[]} all */
export function stallChart(all) {
  const rows = Math.ceil(all.length / COLUMNS);
  const picture = new Picture(WIDTH, TOP + rows * STEP.y, 'Latency of set over time');
  picture.text(16, 26, 'set under a steady load, at half of each engine’s highest rate', {
    size: 15,
    bold: true,
  });
  picture.text(16, 46, 'line: longest · dark: up to 99 % · faint: up to 99.9 % of each hundredth', {
    colour: 'muted',
  });
  const longest = Math.max(1000, ...all.map(({ max }) => max));
  for (const [i, stalls] of all.entries()) {
    const left = LEFT + (i % COLUMNS) * STEP.x;
    drawPanel(picture, stalls, left, TOP + 18 + Math.floor(i / COLUMNS) * STEP.y, longest);
  }
  return picture.toString();
}

/**
 * @param {Picture} picture
 * @param {Stalls} stalls
 * @param {number} left
 * @param {number} top
 * @param {number} longest
 */
function drawPanel(picture, stalls, left, top, longest) {
  const { engine, series, perSecond, seconds, p999, max } = stalls;
  const bottom = top + 24 + PANEL.height;
  const y = logScale([1, longest], [bottom, top + 24], 10);
  picture.text(left - 46, top, engine, { bold: true, colour: engine });
  const rate = `${brief(perSecond)} a second; 99.9 %: ${duration(p999)}, longest ${duration(max)}`;
  picture.text(left - 46 + 8 + engine.length * 7, top, rate, { size: 11, colour: 'muted' });
  for (const tick of y.ticks) {
    picture.line(left, y.at(tick), left + PANEL.width, y.at(tick), tick === 1 ? 'axis' : 'grid');
    const label = duration(tick).replace(/\.?0+ /, ' ');
    picture.text(left - 6, y.at(tick) + 4, label, { size: 10.5, colour: 'muted', anchor: 'end' });
  }
  const step = PANEL.width / series.length;
  /** @param {0 | 1 | 2 | 3} which */
  const outline = (which) =>
    series.map(
      (part, i) =>
        /** @type {[number, number]} */ ([left + (i + 0.5) * step, y.at(Math.max(1, part[which]))]),
    );
  /** @type {[number, number][]} */
  const floor = [
    [left + PANEL.width - step / 2, bottom],
    [left + step / 2, bottom],
  ];
  picture.area([...outline(2), ...floor], engine, 0.22);
  picture.area([...outline(1), ...floor], engine, 0.5);
  picture.curve(outline(3), engine, { width: 1.25 });
  for (const share of [0, 0.5, 1]) {
    picture.text(left + share * PANEL.width, bottom + 16, `${(share * seconds).toFixed(1)} s`, {
      size: 10.5,
      colour: 'muted',
      anchor: share === 0 ? 'start' : share === 1 ? 'end' : 'middle',
    });
  }
}
