/** What is measured by default, and what is measured for `docs/guide/measured.md`. */
import { commonRows, rows } from './rows.mjs';

/**
 * @typedef {import('./results.mjs').Shape & { rows: string[], engines?: string[] }} Step
 */

const SHAPE = { entries: 1_000_000, valueSize: 100, cacheMib: 64, compression: true };
const SOME = [
  'fillrandom',
  'fillbatch',
  'overwrite',
  'compact',
  'readrandom',
  'readmissing',
  'range10',
  'readseq',
  'cursorseq',
];
const READS = ['readrandom', 'readmissing', 'getmany100', 'range10', 'readseq', 'readreverse'];
const LOGS = ['jumpdb', 'jumpdb-each', 'classic-level', 'leveldb'];
const LARGE = ['jumpdb', 'classic-level', 'lmdb', 'leveldb'];

/**
 * Plans by name.
 * @type {Record<string, { says: string, steps: Step[] }>}
 */
export const plans = {
  main: {
    says: 'every row, 1,000,000 entries of 16 + 100 bytes',
    steps: [{ ...SHAPE, rows: commonRows.map((row) => row.name) }],
  },
  cache: {
    says: 'a cache that holds everything: 256 MiB',
    steps: [{ ...SHAPE, cacheMib: 256, rows: READS, engines: LARGE }],
  },
  values: {
    says: 'larger values: 1 KB and 10 KB',
    steps: [
      { ...SHAPE, entries: 200_000, valueSize: 1000, rows: SOME },
      { ...SHAPE, entries: 50_000, valueSize: 10_000, rows: SOME },
    ],
  },
  plain: {
    says: 'without compression',
    steps: [{ ...SHAPE, compression: false, rows: SOME, engines: LOGS }],
  },
  sizes: {
    says: 'from 100,000 to 10,000,000 entries',
    steps: [100_000, 300_000, 1_000_000, 3_000_000, 10_000_000].map((entries) => ({
      ...SHAPE,
      entries,
      rows: ['fillrandom', 'overwrite', 'readrandom', 'readcached', 'readseq', 'reopen-first'],
      engines: LARGE,
    })),
  },
  amplification: {
    says: 'write amplification, to compare with what simulate() predicts',
    steps: [300_000, 1_000_000, 3_000_000, 10_000_000].map((entries) => ({
      ...SHAPE,
      entries,
      compression: false,
      rows: ['fillrandom', 'overwrite'],
      engines: ['jumpdb', 'leveldb'],
    })),
  },
  level: {
    says: "abstract-level's calls: @jump/level, classic-level, and @jump/db itself",
    steps: [
      {
        ...SHAPE,
        rows: rows.filter((row) => row.level).map((row) => row.name),
        engines: ['jumpdb', 'jumpdb-level', 'classic-level'],
      },
    ],
  },
};
