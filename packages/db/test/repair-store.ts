/** Stores that are damaged and repaired in tests, one way at a time. */
import {
  type JumpDB,
  memoryVfs,
  open,
  type RepairOptions,
  type RepairReport,
  repair,
  type Vfs,
} from '@jump/db';
import { expect } from 'vitest';
import { contents, filled, read, SMALL } from './checkpoint-store.ts';
import { DIRECTORY, type Files, filesOf } from './disk-files.ts';

/** Where a repair writes to that is told nothing. */
export const TARGET: string = `${DIRECTORY}.repaired`;

/** The files of a closed store, and what is in it. */
export async function made(
  fill: (db: JumpDB) => unknown = filled,
  options: object = {},
): Promise<{ files: Files; expected: [string, string][] }> {
  const vfs = memoryVfs();
  const db = open(DIRECTORY, { ...SMALL, ...options, vfs });
  await fill(db);
  const expected = contents(db);
  db.close();
  return { files: filesOf(vfs), expected };
}

/** Repairs, and returns what the store then holds. */
export async function repaired(
  vfs: Vfs,
  options: RepairOptions = {},
): Promise<{ found: [string, string][]; report: RepairReport }> {
  const report = await repair(DIRECTORY, { vfs, ...options });
  const path = options.inPlace === true ? DIRECTORY : (options.into ?? TARGET);
  const found = read(vfs, path, { comparator: options.comparator });
  expect(report.kept).toBe(found.length);
  return { found, report };
}
