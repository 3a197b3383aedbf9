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
  picture.text(
    16,
    46,
    'of each hundredth of the time: thick, the median; thin, 99 % of the writes; shaded, up to the longest',
    {
      colour: 'muted',
    },
  );
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
  const right = left + PANEL.width;
  picture.text(right, top, rate, { size: 11, colour: 'muted', anchor: 'end' });
  for (const tick of y.ticks) {
    picture.line(left, y.at(tick), left + PANEL.width, y.at(tick), tick === 1 ? 'axis' : 'grid');
    const label =
      tick >= 1e6 ? `${tick / 1e6} s` : tick >= 1000 ? `${tick / 1000} ms` : `${tick} µs`;
    picture.text(left - 6, y.at(tick) + 4, label, { size: 10.5, colour: 'muted', anchor: 'end' });
  }
  const step = PANEL.width / series.length;
  /** @param {0 | 1 | 3} which */
  const outline = (which) =>
    series.map(
      (part, i) =>
        /** @type {[number, number]} */ ([left + (i + 0.5) * step, y.at(Math.max(1, part[which]))]),
    );
  picture.area([...outline(3), ...outline(0).reverse()], engine, 0.22);
  picture.curve(outline(1), engine, { width: 1 });
  picture.curve(outline(0), engine, { width: 2.25 });
  for (const share of [0, 0.5, 1]) {
    picture.text(left + share * PANEL.width, bottom + 16, `${(share * seconds).toFixed(1)} s`, {
      size: 10.5,
      colour: 'muted',
      anchor: share === 0 ? 'start' : share === 1 ? 'end' : 'middle',
    });
  }
}
