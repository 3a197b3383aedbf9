import { memoryVfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import {
  currentPath,
  directoryState,
  logName,
  manifestName,
  oldTableName,
  parseFileName,
  tableName,
} from './index.ts';

test.each([
  [logName(3), 'log', 3],
  [tableName(1234567), 'table', 1234567],
  [oldTableName(12), 'table', 12],
  [manifestName(0), 'manifest', 0],
  ['7.ldb', 'table', 7],
  ['000009.dbtmp', 'temp', 9],
  ['CURRENT', 'current', 0],
  ['LOCK', 'lock', 0],
  ['LOG', 'info-log', 0],
  ['LOG.old', 'info-log', 0],
  ['9007199254740991.log', 'log', 2 ** 53 - 1],
])('%s', (name, type, number) => {
  expect(parseFileName(name)).toEqual({ type, number });
});

test.each([
  '',
  'current',
  'CURRENT.bak',
  'MANIFEST',
  'MANIFEST-',
  'MANIFEST-1a',
  'MANIFEST-3.log',
  '-1.log',
  '+5.ldb',
  '1e3.log',
  '.log',
  '000005',
  '000005.ldb ',
  '000005.LDB',
  '000005.ldb.bak',
  'a/000005.ldb',
  '９.log',
  '99999999999999999999.log',
  '9007199254740992.ldb',
  'LOG.old2',
  'lost+found',
])('%j is not a name of ours', (name) => {
  expect(parseFileName(name)).toBeUndefined();
});

test('names have six digits or more', () => {
  expect([
    logName(1),
    tableName(999999),
    tableName(1e6),
    manifestName(4),
    currentPath('a/'),
  ]).toEqual(['000001.log', '999999.ldb', '1000000.ldb', 'MANIFEST-000004', 'a/CURRENT']);
});

test('directoryState(): data without CURRENT are damaged, never a place for a new store', () => {
  const vfs = memoryVfs();
  const touch = (name: string) => vfs.open(`db/${name}`, 'create').close();
  expect(directoryState(vfs, 'db')).toBe('absent');
  vfs.makeDirectory('db');
  for (const name of ['notes.txt', 'LOCK', 'LOG', 'MANIFEST-000001', '000001.dbtmp']) touch(name);
  expect(directoryState(vfs, 'db')).toBe('empty');
  for (const name of ['000003.log', '000005.ldb', '000007.sst']) {
    touch(name);
    expect(directoryState(vfs, 'db'), name).toBe('damaged');
    vfs.remove(`db/${name}`);
  }
  touch('000005.ldb');
  touch('CURRENT');
  expect(directoryState(vfs, 'db')).toBe('store');
});
