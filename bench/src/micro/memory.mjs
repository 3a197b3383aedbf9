/** Micro-benches of what is in memory: tree, filter, checksum, text, a store's memtable. */
import { crc32c, utf8Read, utf8Write } from '@jump/base';
import { bloomPolicy, leveldbBloomPolicy } from '@jump/bloom';
import { open } from '@jump/db';
import { ByteTree } from '@jump/rbtree';
import { digitKeys, halfRandom, shuffled } from './measure.mjs';

/** @typedef {import('./measure.mjs').Micro} Micro */

const VALUE = new Uint8Array(100).fill(0x76);
const ANY = 0xffff_ffff;

/** @type {Micro} */
const tree = {
  name: 'tree',
  package: 'rbtree',
  run(measure) {
    for (const count of [1000, 35_000, 140_000, 300_000]) {
      const keys = digitKeys(2 * count);
      const order = shuffled(count, 1);
      const other = shuffled(count, 2);
      const sizes = `${count} entries`;
      /** @type {ByteTree} */
      let filled;
      // As much work a round, whatever the size.
      const times = Math.ceil(35_000 / count);
      /** @param {() => number} body */
      const repeated = (body) => () => {
        let sum = 0;
        for (let i = 0; i < times; i++) sum += body();
        return sum;
      };
      const fill = () => {
        filled = new ByteTree({ shared: true, arenaSize: 1 << 20 });
        for (const i of order) {
          filled.insert(keys, 32 * i, 32 * i + 16, 0, i + 1, VALUE, 0, VALUE.length);
        }
        return filled.firstNode();
      };
      measure(`insert in random order, ${sizes}`, times * count, repeated(fill));
      /** @param {number} odd */
      const find = (odd) => () => {
        let found = 0;
        for (const i of other) {
          const at = 32 * i + 16 * odd;
          if (filled.findKey(keys, at, at + 16, ANY, ANY) !== 0) found++;
        }
        return found;
      };
      measure(`find, ${sizes}`, times * count, repeated(find(0)));
      measure(`find what is not there, ${sizes}`, times * count, repeated(find(1)));
      const walk = () => {
        let sum = 0;
        for (let node = filled.firstNode(); node !== 0; node = filled.nextNode(node)) sum += node;
        return sum;
      };
      measure(`walk, ${sizes}`, times * count, repeated(walk));
    }
  },
};

/** @type {Micro} */
const filter = {
  name: 'filter',
  package: 'bloom',
  run(measure) {
    const count = 100_000;
    const keys = digitKeys(2 * count);
    for (const policy of [bloomPolicy(), leveldbBloomPolicy()]) {
      const hash = { low: 0, high: 0 };
      const hashes = new Uint32Array(2 * count);
      for (let i = 0; i < count; i++) {
        policy.hash(keys, 16 * i, 16 * i + 16, hash);
        hashes.set([hash.low, hash.high], 2 * i);
      }
      const bytes = policy.build(hashes, count);
      measure(`${policy.name}, build, a key`, count, () => policy.build(hashes, count));
      for (const [what, from] of /** @type {const} */ ([
        ['there', 0],
        ['not there', count],
      ])) {
        measure(`${policy.name}, hash and ask, ${what}`, count, () => {
          let found = 0;
          for (let i = from; i < from + count; i++) {
            policy.hash(keys, 16 * i, 16 * i + 16, hash);
            if (policy.mayContain(bytes, 0, bytes.length, hash)) found++;
          }
          return found;
        });
      }
    }
  },
};

/** @type {Micro} */
const checksum = {
  name: 'crc32c',
  package: 'base',
  run(measure) {
    const bytes = halfRandom(1 << 16);
    for (const length of [20, 130, 4096, 65_536]) {
      const calls = Math.ceil(2_000_000 / length);
      measure(`${length} bytes, a byte`, calls * length, () => {
        let sum = 0;
        for (let i = 0; i < calls; i++) sum ^= crc32c(bytes, 0, length);
        return sum;
      });
    }
  },
};

/** @type {Micro} */
const text = {
  name: 'utf8',
  package: 'base',
  run(measure) {
    const calls = 100_000;
    const target = new Uint8Array(4096);
    for (const length of [16, 100, 1000]) {
      const texts = Array.from({ length: 1000 }, (_, i) =>
        Buffer.from(String(i).padStart(length, 'k')).toString('latin1'),
      );
      measure(`write ${length} letters`, calls, () => {
        let sum = 0;
        for (let i = 0; i < calls; i++) sum += utf8Write(texts[i % 1000], target, 0);
        return sum;
      });
      measure(`read ${length} letters`, calls, () => {
        let sum = 0;
        for (let i = 0; i < calls; i++) sum += utf8Read(target, 0, length).charCodeAt(0);
        return sum;
      });
    }
  },
};

/** @type {Micro} */
const store = {
  name: 'store',
  package: 'db',
  run(measure) {
    const count = 20_000;
    const keys = Array.from({ length: count }, (_, i) =>
      Buffer.from(String(i).padStart(16, '0')).toString('latin1'),
    );
    const value = Buffer.from(VALUE).toString('latin1');
    const order = shuffled(count, 5);
    // The memtable takes all of it: no table is read or written.
    const options = { memtableSize: 64 << 20, background: /** @type {const} */ ('inline') };
    let db = open(':memory:', options);
    const clear = () => {
      db.close();
      db = open(':memory:', options);
    };
    const fill = () => {
      for (const i of order) db.set(keys[i], value);
      return db;
    };
    measure('set, in memory', count, fill, clear);
    measure('set, of a key that is there', count, fill);
    measure('get, out of the memtable', count, () => {
      let sum = 0;
      for (const i of order) sum += db.get(keys[i])?.length ?? 0;
      return sum;
    });
    db.close();
  },
};

export const memoryMicros = [tree, filter, checksum, text, store];
