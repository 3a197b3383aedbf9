/** Stores of which one file was changed under true checksums: what a repair makes of lies. */
import { compareBytes, JumpError } from '@jump/base';
import { type OpenOptions, open, type RepairOptions, type RepairReport, repair } from '@jump/db';
import type { Random } from '@jump/testkit';
import { withAllocationLimit } from '../allocation.ts';
import { type KnownStore, makeStore, STORES } from '../damage-stores.ts';
import { DIRECTORY, diskOf, filesOf, sameFiles } from '../disk-files.ts';
import { checkDirectory } from '../invariants.ts';
import { changeOf } from '../parse-directory.ts';

const TARGET = `${DIRECTORY}.repaired`;
/** No input may have so many bytes allocated at once. */
const MOST_BYTES = 64 << 20;
type Raw = OpenOptions<Uint8Array, Uint8Array>;

/** Draws a store. */
export function drawStore(random: Random): Promise<KnownStore> {
  return makeStore(random.integer(0, STORES - 1), random);
}

/**
 * Changes a file of a store and repairs it; whatever it says, what comes of it is sound. Returns
 * whether something came of it, or it was refused.
 */
export async function repairMutated(
  { files, options }: KnownStore,
  random: Random,
): Promise<'mutated, repaired' | 'mutated, refused'> {
  const vfs = diskOf(files, changeOf(random, files));
  const before = filesOf(vfs);
  const given: RepairOptions = { vfs, memtableSize: 1024, tableSize: 2048 };
  const dry = await attempt(() => repair(DIRECTORY, { ...given, dryRun: true }));
  const report = await withAllocationLimit(MOST_BYTES, () =>
    attempt(() => repair(DIRECTORY, given)),
  );
  const after = filesOf(vfs);
  after.delete('LOCK');
  before.delete('LOCK');
  if (!sameFiles(before, after)) throw new Error('the original files are not what they were');
  if (report === undefined || dry === undefined) {
    if (report !== dry) throw new Error('a dry run is refused, or the other one alone');
    if (vfs.stat(TARGET) !== undefined) throw new Error('it was refused, and left something');
    return 'mutated, refused';
  }
  if (JSON.stringify({ ...dry, dryRun: false }) !== JSON.stringify(report)) {
    throw new Error(`a dry run says ${JSON.stringify(dry)}, not ${JSON.stringify(report)}`);
  }
  checkDirectory(vfs, TARGET);
  readAll({ ...options, vfs, keyEncoding: 'bytes', valueEncoding: 'bytes' } as Raw, report);
  return 'mutated, repaired';
}

/** Repairs; `undefined` if it is refused as what nobody can repair. */
async function attempt(call: () => Promise<RepairReport>): Promise<RepairReport | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof JumpError && error.code === 'JUMP_UNSUPPORTED') return undefined;
    throw error;
  }
}

function readAll(options: Raw, report: RepairReport): void {
  const db = open<Uint8Array, Uint8Array>(TARGET, { ...options, createIfMissing: false });
  try {
    const keys = [...db.keys()];
    for (let i = 1; i < keys.length; i++) {
      if (compareBytes(keys[i - 1]!, keys[i]!) >= 0) throw new Error('keys out of order');
    }
    if (keys.length !== report.kept) throw new Error(`kept ${report.kept}, found ${keys.length}`);
    if (keys.some((key) => !db.has(key))) throw new Error('a key of a scan is not there');
  } finally {
    db.close();
  }
}
