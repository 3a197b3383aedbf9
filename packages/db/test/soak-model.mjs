/**
 * What a store that is soaked must hold: batch n, and with it all there is, follows from a seed and
 * from n alone. So a process that was killed need not have told what it did; how far it came says
 * the store itself, by `count`.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const POOL = new Uint8Array(1 << 17);
for (let i = 0, state = 1; i < POOL.length; i++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  POOL[i] = state >>> 24;
}
const HEADER = 8;

function mix(a, b, c = 0) {
  let hash = Math.imul(a ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(b + 0x7f4a_7c15, 0xc2b2_ae35);
  hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0x2c1b_3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a_2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The name of the key with this number: as the numbers, so the keys. */
export function keyOf(index) {
  return `k${String(index).padStart(9, '0')}`;
}

/** The number of a key. */
export function indexOf(key) {
  return Number(key.slice(1));
}

/** Of each key which batch wrote it last, and whether it was deleted. */
export class SoakModel {
  /** Twice the number of the batch, and 1 for a deletion; 0 for a key that never was. */
  #last;
  #seed;
  /** The batches up to here are in it. */
  number = 0;

  constructor(seed, keys) {
    this.#seed = seed;
    this.#last = new Uint32Array(keys);
  }

  /** How many keys there may be. */
  get keys() {
    return this.#last.length;
  }

  /** What a batch does: `[index, whether it deletes]`, in order. */
  changes(number) {
    const seed = this.#seed;
    const size = 1 + (mix(seed, number) % 6);
    // There are times of writing, and times of deleting.
    const deletions = (number >>> 14) % 4 === 3 ? 60 : 15;
    return Array.from({ length: size }, (_, place) => {
      const draw = mix(seed, number, place + 1);
      // Half of all changes are to a sixteenth of the keys.
      const among = draw & 1 ? this.keys : Math.max(1, this.keys >>> 4);
      return [(draw >>> 8) % among, (draw >>> 1) % 100 < deletions];
    });
  }

  /** Takes in all batches up to one. */
  advance(number) {
    for (; this.number < number; this.number++) {
      const next = this.number + 1;
      for (const [index, deletes] of this.changes(next)) this.#last[index] = 2 * next + +deletes;
    }
  }

  /** What must be there; `undefined` for nothing. */
  value(index) {
    const last = this.#last[index];
    return last === 0 || last & 1 ? undefined : this.valueOf(index, last >>> 1);
  }

  /** The value that a batch gives to a key. */
  valueOf(index, number) {
    const draw = mix(this.#seed, number, ~index);
    const length = HEADER + (draw % 97 === 0 ? draw % 20_000 : draw % 600);
    const value = new Uint8Array(length);
    if (number % 3 === 0) value.fill(number);
    else value.set(POOL.subarray(draw % 100_000, (draw % 100_000) + length));
    const view = new DataView(value.buffer);
    view.setUint32(0, number);
    view.setUint32(4, index);
    return value;
  }

  /** The first key from one on that is there, upwards or downwards; -1 if none is. */
  next(from, step) {
    for (let i = from; i >= 0 && i < this.keys; i += step) {
      if (this.#last[i] !== 0 && (this.#last[i] & 1) === 0) return i;
    }
    return -1;
  }

  clone() {
    const copy = new SoakModel(this.#seed, this.keys);
    copy.#last.set(this.#last);
    copy.number = this.number;
    return copy;
  }

  /** Keeps it for the next process. */
  save(path) {
    const words = new Uint32Array(this.keys + 1);
    words[0] = this.number;
    words.set(this.#last, 1);
    writeFileSync(`${path}.new`, words);
    renameSync(`${path}.new`, path);
  }

  /** What was kept, or an empty one. */
  static load(path, seed, keys) {
    const model = new SoakModel(seed, keys);
    if (!existsSync(path)) return model;
    const { buffer, byteOffset, length } = readFileSync(path);
    const words = new Uint32Array(buffer.slice(byteOffset, byteOffset + length));
    model.number = words[0];
    model.#last.set(words.subarray(1));
    return model;
  }
}
