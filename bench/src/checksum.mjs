/**
 * What a row has read, in 32 bits: depends on every entry's length, first and last character, and
 * on the order. All engines must come to the same; `native/workload.h` adds up alike.
 */

/**
 * @param {number} sum so far
 * @param {string | undefined} value `undefined` for a key that was not there
 * @returns {number}
 */
export function mix(sum, value) {
  const length = value === undefined ? 0 : value.length;
  const read =
    value === undefined || length === 0
      ? 1
      : length + value.charCodeAt(0) + (value.charCodeAt(length - 1) << 8);
  return (Math.imul(sum, 31) + read) | 0;
}

/**
 * Does the same with ASCII that is still bytes.
 * @param {number} sum so far
 * @param {Uint8Array} bytes
 * @returns {number}
 */
export function mixBytes(sum, bytes) {
  const { length } = bytes;
  const read = length === 0 ? 1 : length + bytes[0] + (bytes[length - 1] << 8);
  return (Math.imul(sum, 31) + read) | 0;
}

/**
 * @param {number} sum so far
 * @param {string} key
 * @param {string} value
 */
export function mixEntry(sum, key, value) {
  return mix(mix(sum, key), value);
}
