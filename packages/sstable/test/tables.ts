/** What the tests of this package share. */
import type { FilterPolicy, KeyHash } from '@jump/base';
import type { Entry } from '@jump/testkit';
import { memoryVfs, readFile, type Vfs } from '@jump/vfs';
import {
  TableReader,
  type TableReaderOptions,
  TableWriter,
  type TableWriterOptions,
} from '../src/index.ts';

export const PATH = '000005.ldb';

/** Writes a table into a new file system. */
export function writeTable(
  entries: Iterable<Entry>,
  options?: TableWriterOptions,
): { vfs: Vfs; path: string } {
  const target = { vfs: memoryVfs(), path: PATH };
  const writer = new TableWriter(target, options);
  for (const { key, value } of entries) writer.add(key, value);
  writer.finish();
  return target;
}

/** The bytes of a table. */
export function tableBytes(entries: Iterable<Entry>, options?: TableWriterOptions): Uint8Array {
  const { vfs, path } = writeTable(entries, options);
  return readFile(vfs, path, 2 ** 30) ?? new Uint8Array(0);
}

/** Writes a table and opens it. */
export function openWritten(
  entries: Iterable<Entry>,
  writing?: TableWriterOptions,
  reading?: TableReaderOptions,
): TableReader {
  return TableReader.open(writeTable(entries, writing), reading);
}

/** LevelDB's filter as its sources describe it, plainly: what ours are compared with. */
export function plainBloomPolicy(
  bitsPerKey: number,
  scope: 'block' | 'table' = 'block',
): FilterPolicy {
  const probes = Math.max(1, Math.min(30, Math.floor(bitsPerKey * 0.69)));
  return {
    name: scope === 'block' ? 'leveldb.BuiltinBloomFilter2' : 'test.table',
    scope,
    hash(key: Uint8Array, start: number, end: number, hash: KeyHash): void {
      hash.low = leveldbHash(key, start, end);
      hash.high = 0;
    },
    build(hashes: Uint32Array, count: number): Uint8Array {
      const bytes = Math.ceil(Math.max(64, count * bitsPerKey) / 8);
      const filter = new Uint8Array(bytes + 1);
      filter[bytes] = probes;
      for (let i = 0; i < count; i++) {
        for (const bit of probesOf(hashes[2 * i] as number, probes, 8 * bytes)) {
          filter[bit >>> 3] = (filter[bit >>> 3] as number) | (1 << (bit & 7));
        }
      }
      return filter;
    },
    mayContain(filter: Uint8Array, start: number, end: number, hash: KeyHash): boolean {
      if (end - start < 2) return false;
      const count = filter[end - 1] as number;
      if (count > 30) return true;
      return probesOf(hash.low, count, 8 * (end - start - 1)).every(
        (bit) => ((filter[start + (bit >>> 3)] as number) >>> (bit & 7)) & 1,
      );
    },
  };
}

function probesOf(hash: number, count: number, bits: number): number[] {
  const delta = ((hash >>> 17) | (hash << 15)) >>> 0;
  return Array.from({ length: count }, (_, i) => ((hash + i * delta) % 2 ** 32) % bits);
}

function leveldbHash(key: Uint8Array, start: number, end: number): number {
  const m = 0xc6a4a793;
  const length = end - start;
  let h = 0xbc9f1d34 ^ Math.imul(length, m);
  let i = start;
  const at = (offset: number) => key[i + offset] as number;
  for (; end - i >= 4; i += 4) {
    h = Math.imul(h + (at(0) | (at(1) << 8) | (at(2) << 16) | (at(3) << 24)), m);
    h ^= h >>> 16;
  }
  if (end - i === 3) h += at(2) << 16;
  if (end - i >= 2) h += at(1) << 8;
  if (end - i >= 1) {
    h = Math.imul(h + at(0), m);
    h ^= h >>> 24;
  }
  return h >>> 0;
}
