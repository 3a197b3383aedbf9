/**
 * What a row asks of an engine. Calls take many keys at a time, each of which the engine gives to
 * its store by a call of its own, whichever of its documented calls is fastest; a synchronous
 * engine returns no promise, so that nothing is waited for.
 *
 * @typedef {object} Settings
 * @property {number} cacheSize bytes of blocks in memory
 * @property {boolean} compression of blocks, by Snappy
 * @property {'turn' | 'each'} [logWrites] JumpDB's
 * @property {boolean} [durable] the row waits for the disk, so an engine may not leave syncs out
 *
 * @typedef {void | Promise<void>} Done
 * @typedef {number | Promise<number>} Sum
 *
 * @typedef {object} Engine
 * @property {(keys: string[], values: string[]) => Done} put writes, each by itself
 * @property {(keys: string[], values: string[]) => Done} batch writes, all or none
 * @property {(keys: string[]) => Done} remove deletes, each by itself
 * @property {() => Promise<void>} finish waits for writes that are still under way
 * @property {(keys: string[], values: string[]) => Done} putDurably writes, each on the disk
 *   before the next
 * @property {(key: string, value: string) => Promise<void>} commit writes; resolves when it is on
 *   the disk
 * @property {(key: string, value: string) => Done} set writes once
 * @property {(keys: string[], sum: number) => Sum} get
 * @property {(keys: string[], sum: number) => Sum} getMany all keys by one call, where there is one
 * @property {(keys: string[], limit: number, sum: number) => Sum} range some entries from each key
 * @property {(reverse: boolean) => Sum} scan reads everything in order
 * @property {(reverse: boolean) => Sum} cursor the same by the fastest way there is
 * @property {(reads: string[], keys: string[], values: string[], sum: number) => Sum} mixed
 *   reads, with a write as often as keeps the two in step
 * @property {import('./level-calls.mjs').LevelCalls} [level] abstract-level's calls
 * @property {() => Promise<void>} [compact]
 * @property {() => Record<string, number>} [facts] what the engine says of itself
 * @property {() => Promise<void>} close
 *
 * @typedef {Pick<Engine, 'batch' | 'get' | 'finish' | 'close'> & Required<Pick<Engine, 'level'>>}
 *   LevelEngine
 *
 * @typedef {(directory: string, settings: Settings) => Promise<Engine>} OpenEngine
 */

/**
 * An engine: where its code is, and what it cannot do.
 * @typedef {object} EngineEntry
 * @property {string} name
 * @property {string} file in `engines`, or the C++ program
 * @property {'jumpdb' | 'peer' | 'native' | 'disk'} kind
 * @property {string} [peer] the npm package that has to be installed
 * @property {Partial<Settings>} [settings]
 * @property {boolean | 'only'} [level] it has abstract-level's calls; `'only'`: and no others
 * @property {string[]} [only] rows; all by default
 * @property {string[]} [without] rows that make no sense for it
 * @property {boolean} [inMemory] nothing is on the disk: a store is filled in the process that
 *   reads it
 * @property {boolean} [mapped] it writes through a map of the file
 * @property {number} [maxEntries]
 */
const WRITES = ['fillseq', 'fillrandom', 'fillbatch', 'overwrite', 'deleterandom'];
const REOPENS = ['reopen-first', 'reopen', 'reopen-killed'];

/** @type {EngineEntry[]} */
export const engines = [
  { name: 'jumpdb', file: 'jumpdb', kind: 'jumpdb', level: true },
  {
    name: 'jumpdb-each',
    file: 'jumpdb',
    kind: 'jumpdb',
    settings: { logWrites: 'each' },
    only: [...WRITES, 'readwhilewriting', 'latency'],
  },
  { name: 'jumpdb-level', file: 'jump-level', kind: 'jumpdb', level: 'only' },
  {
    name: 'classic-level',
    file: 'classic-level',
    kind: 'peer',
    peer: 'classic-level',
    level: true,
  },
  { name: 'lmdb', file: 'lmdb', kind: 'peer', peer: 'lmdb', without: ['compact'], mapped: true },
  {
    name: 'better-sqlite3',
    file: 'better-sqlite3',
    kind: 'peer',
    peer: 'better-sqlite3',
    without: ['compact'],
    maxEntries: 2e6,
  },
  {
    name: 'memory-level',
    file: 'memory-level',
    kind: 'peer',
    peer: 'memory-level',
    without: ['fillsync', 'commit100', 'compact', 'latency', 'readcold', ...REOPENS],
    inMemory: true,
    maxEntries: 1e6,
  },
  { name: 'leveldb', file: 'leveldb', kind: 'native' },
  { name: 'disk', file: 'disk', kind: 'disk', only: ['fillsync', 'commit100'] },
];

/**
 * Says why an engine does not run a row; `undefined` if it does.
 * @param {EngineEntry} engine
 * @param {string} row
 * @param {number} entries
 */
export function whyNot(engine, row, entries) {
  const level = row.startsWith('level-');
  if (level ? !engine.level : engine.level === 'only') return 'cannot';
  if (engine.only !== undefined && !engine.only.includes(row)) return 'no difference';
  if (engine.without?.includes(row)) return 'cannot';
  if (entries > (engine.maxEntries ?? Number.POSITIVE_INFINITY)) return 'takes too long';
  return undefined;
}
