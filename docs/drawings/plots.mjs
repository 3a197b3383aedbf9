// What the strategies cost over time, as simulate() sees it.
import { full, leveled, simulate, tiered } from '@jump/compaction';
import { Picture, WIDTH } from './picture.mjs';

/**
 * The workload of the page about strategies: half of the writes overwrite an older key.
 * @type {import('@jump/compaction').Workload}
 */
const WORKLOAD = { writes: 1e8, distribution: 'uniform', overwrites: 0.5 };

const STRATEGIES = /** @type {const} */ ([
  { strategy: leveled(), colour: 'blue' },
  { strategy: tiered(), colour: 'green' },
  { strategy: full(), colour: 'red' },
]);

/** @typedef {'writeAmplification' | 'spaceAmplification' | 'readAmplification'} Figure */
/** @typedef {{ colour: string, points: [gigabytes: number, value: number][] }} Line */

const LEFT = 40;
const RIGHT = WIDTH - 18;
const HEIGHT = 112;

/** The three figures over what has been written, a panel each. */
export function strategies() {
  const p = new Picture(
    560,
    'Write, space and read amplification of the three strategies over time',
  );
  const runs = STRATEGIES.map(({ strategy, colour }) => ({
    name: `${strategy.name}()`,
    colour,
    series: simulate(strategy, WORKLOAD).series,
  }));
  for (const [i, { name, colour }] of runs.entries()) {
    const x = 16 + i * 108;
    p.line([x, 22, x + 18, 22], { colour, width: 2.5 });
    p.text(x + 24, 26, name, { mono: true });
  }
  /** @type {[title: string, figure: Figure, ticks: number[]][]} */
  const panels = [
    ['bytes written for each byte of yours', 'writeAmplification', [0, 10, 20, 30, 40]],
    ['bytes on the disk for each byte wanted', 'spaceAmplification', [1, 1.1, 1.2, 1.3]],
    ['tables to ask for a key, before filters', 'readAmplification', [0, 2, 4, 6]],
  ];
  for (const [i, [title, figure, ticks]] of panels.entries()) {
    /** @type {Line[]} */
    const lines = runs.map(({ colour, series }) => ({
      colour,
      points: series.map((sample) => [sample.userBytes / 1e9, sample[figure]]),
    }));
    panel(p, 48 + i * 168, title, ticks, lines);
  }
  return p.toString();
}

/**
 * @param {Picture} p
 * @param {number} top
 * @param {string} title
 * @param {number[]} ticks
 * @param {Line[]} lines
 */
function panel(p, top, title, ticks, lines) {
  const [low = 0, high = 1] = [
    ticks[0],
    Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y)), ticks.at(-1) ?? 0),
  ];
  const most = 12;
  const bottom = top + 18 + HEIGHT;
  const x = (/** @type {number} */ gigabytes) => LEFT + (gigabytes / most) * (RIGHT - LEFT);
  const y = (/** @type {number} */ value) => bottom - ((value - low) / (high - low)) * HEIGHT;
  p.text(16, top + 8, title, { bold: true });
  for (const tick of ticks) {
    p.line([LEFT, y(tick), RIGHT, y(tick)], { colour: tick === low ? 'line' : 'grid', width: 1 });
    p.text(LEFT - 6, y(tick) + 4, String(tick), { size: 11, colour: 'muted', anchor: 'end' });
  }
  for (const tick of [0, 4, 8, 12]) {
    const label = tick === 12 ? '12 GB' : String(tick);
    const anchor = tick === 12 ? 'end' : 'middle';
    p.text(tick === 12 ? RIGHT + 4 : x(tick), bottom + 15, label, {
      size: 11,
      colour: 'muted',
      anchor,
    });
  }
  for (const { colour, points } of lines) {
    p.line(
      points.flatMap(([gb, value]) => [x(gb), y(value)]),
      { colour, width: 1.8 },
    );
  }
}
