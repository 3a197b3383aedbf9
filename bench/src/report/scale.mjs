/** Axes: from values to pixels, and where to write numbers. */

/**
 * @typedef {object} Scale
 * @property {(value: number) => number} at
 * @property {number[]} ticks
 */

/**
 * Makes a logarithmic axis.
 * @param {[number, number]} values
 * @param {[number, number]} pixels
 * @param {number} base between two ticks
 * @returns {Scale}
 */
export function logScale([low, high], [from, to], base) {
  const first = Math.floor(Math.log(low) / Math.log(base) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log(high) / Math.log(base) - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => base ** (first + i));
  /** @param {number} value */
  const at = (value) => {
    const share = (Math.log(value) / Math.log(base) - first) / (last - first);
    return from + (to - from) * Math.min(1, Math.max(0, share));
  };
  return { at, ticks };
}

/**
 * Makes an axis from 0.
 * @param {number} high
 * @param {[number, number]} pixels
 * @returns {Scale}
 */
export function linearScale(high, [from, to]) {
  const rough = high / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    /** @type {number} */ ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough)) * power;
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last + 1 }, (_, i) => i * step);
  return { ticks, at: (value) => from + ((to - from) * value) / (last * step) };
}

/**
 * Writes a count briefly: 100k, 10M.
 * @param {number} count
 */
export function brief(count) {
  if (count >= 1e6) return `${+(count / 1e6).toFixed(1)}M`;
  return count >= 1000 ? `${+(count / 1000).toFixed(1)}k` : String(count);
}

/**
 * Writes microseconds in the unit that suits them.
 * @param {number} us
 */
export function duration(us) {
  if (us >= 1e6) return `${digits(us / 1e6)} s`;
  if (us >= 1000) return `${digits(us / 1000)} ms`;
  return `${digits(us)} µs`;
}

/**
 * Writes a number with three significant digits at most.
 * @param {number} number
 */
export function digits(number) {
  if (number >= 100) return number.toFixed(0);
  return number.toFixed(number >= 10 ? 1 : 2);
}
