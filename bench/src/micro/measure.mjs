/** Times small pieces of code: rounds of so many operations, the median of their times. */

/**
 * @typedef {object} Timing
 * @property {string} name
 * @property {number} ns nanoseconds an operation, the median
 * @property {number} least
 * @property {number} most
 *
 * @callback Measure
 * @param {string} name
 * @param {number} operations how many the body does
 * @param {() => unknown} body returns something that depends on its work, so that none is left out
 * @param {() => void} [prepare] before each round, with the clock off
 *
 * @typedef {object} Micro
 * @property {string} name
 * @property {string} package whose speed it is
 * @property {(measure: Measure) => void} run
 */

const WARMING = 3;
const ROUNDS = 11;

/**
 * Runs a micro-bench.
 * @param {Micro} micro
 * @param {(timing: Timing) => void} found called with each of its timings
 * @param {number} [rounds]
 */
export function runMicro(micro, found, rounds = ROUNDS) {
  let sink = 0;
  micro.run((name, operations, body, prepare) => {
    const times = [];
    for (let round = -WARMING; round < rounds; round++) {
      prepare?.();
      const start = process.hrtime.bigint();
      const result = body();
      const ns = Number(process.hrtime.bigint() - start) / operations;
      if (result !== undefined) sink++;
      if (round >= 0) times.push(ns);
    }
    times.sort((a, b) => a - b);
    const ns = times[times.length >> 1];
    found({ name: `${micro.name}: ${name}`, ns, least: times[0], most: times[times.length - 1] });
  });
  if (sink < 0) console.log(sink);
}

/**
 * Makes numbers that look random, the same each time.
 * @param {number} seed
 */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Makes an order of the numbers below `count`.
 * @param {number} count
 * @param {number} seed
 */
export function shuffled(count, seed) {
  const next = random(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * Makes keys of 16 digits, side by side.
 * @param {number} count
 */
export function digitKeys(count) {
  const bytes = new Uint8Array(count * 16);
  for (let i = 0; i < count; i++) {
    for (let at = i * 16 + 15, rest = i; at >= i * 16; at--, rest = (rest / 10) | 0) {
      bytes[at] = 48 + (rest % 10);
    }
  }
  return bytes;
}

/**
 * Makes bytes of which half compresses, as the values of the bench do.
 * @param {number} length
 */
export function halfRandom(length) {
  const next = random(7);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = i % 100 < 50 ? 32 + next() * 95 : 65;
  return bytes;
}
