/** The data of all rows: 16-byte keys, values half compressible; the same for every engine. */

/** Makes keys and values for `entries` entries. */
export class Workload {
  /** @param {number} entries @param {number} valueSize */
  constructor(entries, valueSize) {
    this.entries = entries;
    this.valueSize = valueSize;
    this.pool = makePool(valueSize);
    const bits = Math.max(2, Math.ceil(Math.log2(entries)));
    this.half = Math.ceil(bits / 2);
    this.mask = 2 ** bits - 1;
  }

  /** The key of an index: 16 digits, in order. @param {number} index */
  key(index) {
    return String(index).padStart(16, '0');
  }

  /** A value, chosen from a pool so that making it costs nothing. @param {number} index */
  value(index) {
    return this.pool[index & 1023];
  }

  /** A permutation of the indexes: visits each once, in no order. @param {number} i */
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

  /** An index, each as likely as any other, some more than once. @param {number} i */
  random(i) {
    let x = Math.imul(i + 1, 0x9e3779b1);
    x = Math.imul(x ^ (x >>> 15), 0x85ebca77);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae3d);
    return ((x ^ (x >>> 16)) >>> 0) % this.entries;
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
