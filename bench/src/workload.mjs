/** The data of all rows: 16-byte keys, values half compressible; the same for every engine. */

/** Makes keys and values for `entries` entries. */
export class Workload {
  /** @param {number} entries @param {number} valueSize */
  constructor(entries, valueSize) {
    this.entries = entries;
    this.valueSize = valueSize;
    this.pool = makePool(valueSize);
  }

  /** The key of an index: 16 digits, in order. @param {number} index */
  key(index) {
    return String(index).padStart(16, '0');
  }

  /** A value, chosen from a pool so that making it costs nothing. @param {number} index */
  value(index) {
    return this.pool[index & 1023];
  }

  /**
   * A permutation of the indexes: visits each once, in an order without locality. @param {number} i
   */
  scatter(i) {
    return (i * 611_953 + 7) % this.entries;
  }
}

/** Values whose second half repeats: Snappy halves them. @param {number} size */
function makePool(size) {
  let state = 0x2545f491;
  const letter = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(32 + ((state >>> 24) % 95));
  };
  return Array.from({ length: 1024 }, () => {
    const half = Math.ceil(size / 2);
    let text = '';
    for (let i = 0; i < half; i++) text += letter();
    return (text + text[0].repeat(half)).slice(0, size);
  });
}
