/** Lines: what changes with the number of entries; a line an engine, several panels. */
import { brief, linearScale, logScale } from './scale.mjs';
import { Picture } from './svg.mjs';

/**
 * @typedef {object} Panel
 * @property {string} title
 * @property {string} unit
 * @property {{ engine: string, points: [entries: number, value: number][] }[]} lines
 */

const WIDTH = 840;
const PANEL = { width: 236, height: 150 };
const COLUMNS = 3;
const MARGIN = { left: 46, top: 70 };
const STEP = { x: 268, y: 218 };

/**
 * @param {string} title
 * @param {Panel[]} panels
 */
export function lineChart(title, panels) {
  const rows = Math.ceil(panels.length / COLUMNS);
  const picture = new Picture(WIDTH, MARGIN.top + rows * STEP.y - 6, title);
  picture.text(16, 26, title, { size: 15, bold: true });
  const engines = [...new Set(panels.flatMap(({ lines }) => lines.map(({ engine }) => engine)))];
  legend(picture, engines);
  for (const [i, panel] of panels.entries()) {
    const left = MARGIN.left + (i % COLUMNS) * STEP.x;
    drawPanel(picture, panel, left, MARGIN.top + 12 + Math.floor(i / COLUMNS) * STEP.y);
  }
  return picture.toString();
}

/**
 * @param {Picture} picture
 * @param {string[]} engines
 */
function legend(picture, engines) {
  let x = 16;
  for (const engine of engines) {
    picture.curve(
      [
        [x, 45],
        [x + 16, 45],
      ],
      engine,
    );
    picture.text(x + 22, 49, engine, { colour: 'muted' });
    x += 44 + engine.length * 6.6;
  }
}

/**
 * @param {Picture} picture
 * @param {Panel} panel
 * @param {number} left
 * @param {number} top
 */
function drawPanel(picture, { title, unit, lines }, left, top) {
  const bottom = top + 14 + PANEL.height;
  const right = left + PANEL.width - 22;
  const points = lines.flatMap((line) => line.points);
  picture.text(left - 30, top, `${title}, ${unit}`, { bold: true });
  if (points.length === 0) return;
  const sizes = points.map(([entries]) => entries);
  const x = logScale([Math.min(...sizes), Math.max(...sizes)], [left, right], 10);
  const y = linearScale(Math.max(...points.map(([, value]) => value)), [bottom, top + 18]);
  for (const [i, tick] of y.ticks.entries()) {
    picture.line(left, y.at(tick), right, y.at(tick), i === 0 ? 'axis' : 'grid');
    picture.text(left - 6, y.at(tick) + 4, String(+tick.toPrecision(3)), {
      size: 10.5,
      colour: 'muted',
      anchor: 'end',
    });
  }
  for (const tick of x.ticks) {
    picture.text(x.at(tick), bottom + 16, brief(tick), {
      size: 10.5,
      colour: 'muted',
      anchor: 'middle',
    });
  }
  for (const { engine, points: own } of lines) {
    const at = own
      .toSorted(([a], [b]) => a - b)
      .map(([entries, value]) => /** @type {[number, number]} */ ([x.at(entries), y.at(value)]));
    picture.curve(at, engine, { width: engine === 'jumpdb' ? 2.5 : 1.75 });
    for (const [dotX, dotY] of at) picture.dot(dotX, dotY, engine === 'jumpdb' ? 3 : 2.3, engine);
  }
}
