/** Micro-benches of the file formats: table, log, manifest, merging; in memory, and on the disk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeInternalKey, KIND_VALUE } from '@jump/base';
import { mergeCursors } from '@jump/compaction';
import { LogReader, LogWriter } from '@jump/log';
import { VersionSet } from '@jump/manifest';
import { BlockCache, Lookup, TableReader, TableWriter } from '@jump/sstable';
import { memoryVfs, nodeVfs } from '@jump/vfs';
import { importSource } from '../../../packages/tools/src/source.mjs';
import { digitKeys, halfRandom, shuffled } from './measure.mjs';

/** @typedef {import('./measure.mjs').Micro} Micro */

/** @type {typeof import('../../../packages/sstable/dist/block-kernel.js')} */
const { kernelFor } = await importSource('packages/sstable/src/block-kernel.ts');
/** @type {typeof import('../../../packages/sstable/dist/snappy.js')} */
const { compressSnappy, decompressSnappy, maxCompressedLength } = await importSource(
  'packages/sstable/src/snappy.ts',
);

const NOISE = halfRandom(1 << 16);
const MAX_SEQUENCE = 2 ** 50;

/**
 * Makes internal keys of 16 digits.
 * @param {number} count
 */
function internalKeys(count) {
  const digits = digitKeys(count);
  return Array.from({ length: count }, (_, i) =>
    encodeInternalKey(digits.slice(16 * i, 16 * i + 16), i + 1, KIND_VALUE),
  );
}

/**
 * Writes a table into memory, and opens it.
 * @param {Uint8Array[]} keys
 * @param {'none' | 'snappy'} [compression]
 */
function makeTable(keys, compression = 'none') {
  const vfs = memoryVfs();
  const writer = new TableWriter({ vfs, path: '/table' }, { keys: 'internal', compression });
  for (const [i, key] of keys.entries()) {
    const at = (i * 100) % (NOISE.length - 100);
    writer.addRange(key, 0, key.length, NOISE, at, at + 100);
  }
  writer.finish();
  const cache = new BlockCache(1 << 30);
  return TableReader.open({ vfs, path: '/table' }, { keys: 'internal', cache });
}

/** @type {Micro} */
const block = {
  name: 'block',
  package: 'sstable',
  run(measure) {
    const calls = 100_000;
    for (const [what, count] of /** @type {const} */ ([
      ['one block', 30],
      ['a table of 20,000 entries', 20_000],
    ])) {
      const keys = internalKeys(2 * count);
      const there = keys.filter((_, i) => i % 2 === 0);
      const table = makeTable(there);
      const lookup = new Lookup();
      const order = shuffled(count, 3);
      for (const [odd, kind] of ['find', 'find what is not there'].entries()) {
        measure(`${kind}, ${what}, cached`, calls, () => {
          let found = 0;
          for (let i = 0; i < calls; i++) {
            const key = keys[2 * order[i % count] + odd];
            lookup.set(key, 0, key.length - 8, MAX_SEQUENCE);
            if (table.find(lookup)) found++;
          }
          if (found !== (odd === 0 ? calls : 0)) throw new Error(`${found} of ${calls} found`);
          return found;
        });
      }
      const scans = Math.ceil(calls / count);
      measure(`scan, ${what}, cached, an entry`, scans * count, () => {
        let sum = 0;
        for (let i = 0; i < scans; i++) {
          const cursor = table.cursor();
          for (let more = cursor.first(); more; more = cursor.next()) sum += cursor.valueEnd;
          cursor.close();
        }
        return sum;
      });
      table.close();
    }
  },
};

/** @type {Micro} */
const write = {
  name: 'table',
  package: 'sstable',
  run(measure) {
    const keys = internalKeys(20_000);
    for (const compression of /** @type {const} */ (['none', 'snappy'])) {
      measure(`write, ${compression}, an entry`, keys.length, () => {
        makeTable(keys, compression).close();
      });
    }
  },
};

/** @type {Micro} */
const snappy = {
  name: 'snappy',
  package: 'sstable',
  run(measure) {
    const calls = 500;
    const length = 4096;
    const plain = NOISE.slice(0, length);
    const target = new Uint8Array(maxCompressedLength(length));
    const packed = target.slice(0, compressSnappy(plain, 0, length, target, 0));
    /** @type {(name: string, body: () => number) => void} */
    const each = (name, body) =>
      measure(`${name} 4 KiB, a byte`, calls * length, () => {
        let sum = 0;
        for (let i = 0; i < calls; i++) sum += body();
        return sum;
      });
    each('compress', () => compressSnappy(plain, 0, length, target, 0));
    each('decompress', () => Number(decompressSnappy(packed, 0, packed.length, target, length)));
    const kernel = kernelFor(length);
    if (kernel === undefined) return;
    each('compress in WebAssembly', () => {
      kernel.load(plain, 0, length);
      return kernel.compress(length);
    });
    each('decompress in WebAssembly', () => {
      kernel.load(packed, 0, packed.length);
      return kernel.decompress(packed.length);
    });
  },
};

/** @type {Micro} */
const merge = {
  name: 'merge',
  package: 'compaction',
  run(measure) {
    const count = 100_000;
    const keys = internalKeys(count);
    for (const children of [2, 5, 9]) {
      const hands = shuffled(count, 4);
      const tables = Array.from({ length: children }, (_, hand) =>
        makeTable(keys.filter((_, i) => hands[i] % children === hand)),
      );
      measure(`${children} tables, an entry`, count, () => {
        const merged = mergeCursors(tables.map((table) => table.cursor()));
        let sum = 0;
        for (let more = merged.first(); more; more = merged.next()) sum += merged.valueEnd;
        merged.close();
        return sum;
      });
      for (const table of tables) table.close();
    }
  },
};

/** @type {Micro} */
const log = {
  name: 'log',
  package: 'log',
  run(measure) {
    const records = 20_000;
    const record = NOISE.slice(0, 140);
    for (const [what, bufferSize] of /** @type {const} */ ([
      ['64 KiB at a time', 1 << 16],
      ['each handed over', 0],
    ])) {
      const directory = mkdtempSync(join(tmpdir(), 'jump-bench-'));
      const path = join(directory, '000001.log');
      const append = () => {
        const writer = new LogWriter(path, { bufferSize });
        for (let i = 0; i < records; i++) writer.append(record);
        writer.close();
      };
      measure(`append 140 bytes, ${what}`, records, append, () => rmSync(path, { force: true }));
      if (bufferSize > 0) {
        measure('read 140 bytes', records, () => {
          let sum = 0;
          for (const record of LogReader.open(path)) sum += record.length;
          return sum;
        });
      }
      rmSync(directory, { recursive: true });
    }
  },
};

/** @type {Micro} */
const manifest = {
  name: 'manifest',
  package: 'manifest',
  run(measure) {
    const edits = 1000;
    const vfs = memoryVfs();
    vfs.makeDirectory('/store');
    const keys = internalKeys(2 * edits);
    const versions = VersionSet.create(vfs, '/store', undefined, { manifestSize: 2 ** 30 });
    for (let i = 0; i < edits; i++) {
      const table = {
        number: versions.takeFileNumber(),
        fileSize: 1,
        smallest: keys[2 * i],
        largest: keys[2 * i + 1],
      };
      // A level of tables side by side, as merges leave it.
      versions.logAndApply({ compactPointers: [], deleted: [], added: [{ level: 1, table }] });
    }
    versions.close();
    measure(`replay, an edit of ${edits}`, edits, () => {
      VersionSet.recover(vfs, '/store', undefined, { checkTables: false }).close();
    });
  },
};

/** @type {Micro} */
const file = {
  name: 'file',
  package: 'vfs',
  run(measure) {
    const calls = 20_000;
    const directory = mkdtempSync(join(tmpdir(), 'jump-bench-'));
    const path = join(directory, 'file');
    const made = nodeVfs.open(path, 'create');
    made.write(NOISE, 0, NOISE.length);
    made.close();
    const opened = nodeVfs.open(path, 'read');
    const target = new Uint8Array(4096);
    measure('read 4 KiB from the page cache', calls, () => {
      let sum = 0;
      for (let i = 0; i < calls; i++) sum += opened.read(target, 0, 4096, (i % 15) * 4096);
      return sum;
    });
    opened.close();
    rmSync(directory, { recursive: true });
  },
};

export const fileMicros = [block, write, snappy, merge, log, manifest, file];
