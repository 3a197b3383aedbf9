/**
 * The data of all rows: 16-byte keys, values half compressible; the same for every engine.
 * `native/workload.h` makes the same in C++; the checksums of the rows compare the two.
 */

/** Makes keys and values for `entries` entries. */
export class Workload {
  #bytes = Buffer.alloc(17, '.');

  /**
   * @param {number} entries
   * @param {number} valueSize
   */
  constructor(entries, valueSize) {
    this.entries = entries;
    this.valueSize = valueSize;
    this.pool = makePool(valueSize);
    const bits = Math.max(2, Math.ceil(Math.log2(entries)));
    this.half = Math.ceil(bits / 2);
    this.mask = 2 ** bits - 1;
  }

  /**
   * Makes the key of an index: 16 digits, in order. A flat string, as a parser would return it:
   * pieces put together by `+` are made flat by the first who reads them, and an engine would pay.
   * @param {number} index
   * @param {number} [length] 17 for a key that is not there: a dot follows the digits
   */
  key(index, length = 16) {
    const bytes = this.#bytes;
    let rest = index;
    for (let at = 15; at >= 0; at--) {
      bytes[at] = 48 + (rest % 10);
      rest = (rest / 10) | 0;
    }
    return bytes.toString('latin1', 0, length);
  }

  /**
   * Chooses a value from a pool, so that making it costs nothing.
   * @param {number} index
   * @returns {string}
   */
  value(index) {
    // The pool has 1024.
    return /** @type {string} */ (this.pool[index & 1023]);
  }

  /**
   * Permutes the indexes: visits each once, in no order.
   * @param {number} i
   */
  scatter(i) {
    let x = i;
    // Each step is a bijection on so many bits; what falls outside goes round again.
    do {
      x ^= x >>> this.half;
      x = Math.imul(x, 0x2c1b3c6d) & this.mask;
      x ^= x >>> this.half;
      x = Math.imul(x, 0x297a2d39) & this.mask;
      x ^= x >>> this.half;
    } while (x >= this.entries);
    return x;
  }

  /**
   * Draws an index, each as likely as any other, some more than once.
   * @param {number} i
   */
  random(i) {
    let x = Math.imul(i + 1, 0x9e3779b1);
    x = Math.imul(x ^ (x >>> 15), 0x85ebca77);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae3d);
    return ((x ^ (x >>> 16)) >>> 0) % this.entries;
  }
}

/**
 * Makes values whose second half repeats one letter: Snappy halves them.
 * @param {number} size
 */
function makePool(size) {
  const bytes = Buffer.alloc(size);
  const half = Math.ceil(size / 2);
  let state = 0x2545f491;
  return Array.from({ length: 1024 }, () => {
    for (let i = 0; i < half; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      bytes[i] = 32 + ((state >>> 24) % 95);
    }
    bytes.fill(/** @type {number} */ (bytes[0]), half);
    return bytes.toString('latin1');
  });
}
