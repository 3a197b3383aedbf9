import { full, tiered } from '@jump/db';

/**
 * The stores that are compared: one option each, by a name that begins with the option's.
 * @type {{ name: string, options: import('@jump/db').OpenOptions }[]}
 */
export const variations = [
  { name: 'defaults', options: {} },
  { name: 'memtableSize: 1 MiB', options: { memtableSize: 2 ** 20 } },
  { name: 'memtableSize: 32 MiB', options: { memtableSize: 2 ** 25 } },
  { name: 'blockSize: 1 KiB', options: { blockSize: 1024 } },
  { name: 'blockSize: 16 KiB', options: { blockSize: 16_384 } },
  { name: 'cacheSize: 0', options: { cacheSize: 0 } },
  { name: 'cacheSize: 8 MiB', options: { cacheSize: 2 ** 23 } },
  { name: 'cacheSize: 256 MiB', options: { cacheSize: 2 ** 28 } },
  { name: "compression: 'none'", options: { compression: 'none' } },
  { name: "filter: 'none'", options: { filter: 'none' } },
  { name: "filter: 'leveldb'", options: { filter: 'leveldb' } },
  { name: "logWrites: 'each'", options: { logWrites: 'each' } },
  { name: 'compaction: tiered()', options: { compaction: tiered() } },
  { name: 'compaction: full()', options: { compaction: full() } },
  { name: "background: 'inline'", options: { background: 'inline' } },
];
