// Goal:   writers are slowed down in time, as much as is needed and no more, whatever the speeds.
// Method: a text file of cases (../../testdata/pace.txt): single decisions, and whole runs of a
//         writer against background work of a given speed, computed.
import { type DataCase, dataDriven } from '@jump/testkit';
import { type Load, OVERFULL, pressureOf, rateAt } from './pace.ts';

/** Numbers of a case, `name=1.5 …`; `stop` is 24 where it is not given. */
function numbers(words: readonly string[]): Record<string, number> {
  const pairs = words.filter((word) => word.includes('=')).map((word) => word.split('='));
  return { stop: 24, ...Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)])) };
}

function decide({ args, input }: DataCase): string {
  const beside = args[0] === 'worker';
  return input
    .map((line) => {
      const none = { active: 0, unflushed: 0, level0: 0, merging: 0, merged: 0, stop: 24 };
      const pressure = pressureOf({ ...none, ...numbers(line.split(' ')), beside });
      if (pressure <= 0) return `${line}: no pauses`;
      const kib = (8192 * rateAt(pressure)).toPrecision(2);
      return `${line}: pressure ${pressure.toFixed(2)}, ${kib} KiB for a millisecond`;
    })
    .join('\n');
}

/**
 * A writer that needs `write` ms for a memtable, a flush `flush` ms, a merge `merge` ms for each
 * table of level 0 and `rest` beside; ticks of a 300th. A flush goes before a merge.
 */
function run({ args }: DataCase): string {
  const { write = 0, flush = 0, merge = 0, rest = 0, stop = 0, memtables = 100 } = numbers(args);
  const beside = args[0] === 'worker';
  const TICK = write / 300;
  const state = { active: 0, unflushed: 0, level0: 0, merging: 0, merged: 0 };
  let [written, ms, paused, stalled, deepest, fullest] = [0, 0, 0, 0, 0, 0];
  const work = (time: number): void => {
    if (state.unflushed > 0) {
      state.unflushed = Math.max(0, state.unflushed - time / flush);
      if (state.unflushed === 0) state.level0++;
      return;
    }
    if (state.merging === 0 && state.level0 >= 4) state.merging = state.level0;
    if (state.merging === 0) return;
    state.merged += time / (merge * state.merging + rest);
    if (state.merged < 1) return;
    state.level0 -= state.merging;
    state.merging = 0;
    state.merged = 0;
  };
  while (written < memtables && ms < 1e6) {
    const load: Load = { ...state, stop, beside };
    const idle = state.unflushed === 0 && state.merging === 0;
    const pressure = idle ? 0 : pressureOf(load);
    const mayRotate = state.unflushed === 0 && state.level0 < stop;
    deepest = Math.max(deepest, state.level0);
    fullest = Math.max(fullest, state.active);
    if (state.active >= 1 && mayRotate) {
      state.active = 0;
      state.unflushed = 1;
      continue;
    }
    const full = state.active >= OVERFULL;
    const step = Math.min(TICK / write, pressure > 0 ? TICK * rateAt(pressure) : 1);
    const waited = full || pressure > 0 ? TICK : 0;
    const wrote = full ? 0 : step;
    const time = wrote * write + waited;
    work(beside ? time : waited);
    // Between turns inline work gets its slices, if the writer leaves any time: here it does not.
    state.active += wrote;
    written += wrote;
    ms += time;
    if (full) stalled += waited;
    else paused += waited;
  }
  const round = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  return [
    `${round(ms / memtables)} ms a memtable, ${round((100 * paused) / ms)}% of it paused`,
    `stalled ${round(stalled)} ms; at most ${deepest} tables in level 0, memtable ${round(100 * fullest)}% full`,
  ].join('\n');
}

dataDriven(new URL('../../testdata/pace.txt', import.meta.url), (one) =>
  one.command === 'pace' ? decide(one) : run(one),
);
