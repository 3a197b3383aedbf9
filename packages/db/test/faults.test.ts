// Goal:   after any failure of the disk: no acknowledged write is lost, none is acknowledged that
//         is not safe, and the next opening finds a state that was.
// Method: one small history; its 1st, 2nd, 3rd … call to the file system fails, until it runs
//         through; then images of the disk are opened, without the fault, as after a power loss and
//         without.
import { JumpError } from '@jump/base';
import { CrashVfs, FaultVfs, Random, type VfsOperationKind } from '@jump/testkit';
import { memoryVfs } from '@jump/vfs';
import { expect, test, vi } from 'vitest';
import { type JumpDB, open } from '../src/index.ts';

const DIRECTORY = '/db';
const OPTIONS = { memtableSize: 1024, tableSize: 1024, blockSize: 256 } as const;

interface Progress {
  issued: number;
  acknowledged: number;
  /** The store's content after each batch. */
  readonly states: string[];
  failure: unknown;
}

function show(entries: Iterable<[string, string]>): string {
  return [...entries].map(([key, value]) => `${key}=${value}`).join(' ');
}

async function history(vfs: FaultVfs, random: Random, progress: Progress): Promise<void> {
  const model = new Map<string, string>();
  const note = (): void => {
    progress.states.push(show([...model].sort(([a], [b]) => (a < b ? -1 : 1))));
  };
  note();
  let db: JumpDB | undefined;
  try {
    db = open(DIRECTORY, { ...OPTIONS, vfs });
    for (let i = 0; i < 60; i++) {
      const batch = db.batch();
      const [a, b] = [random.integer(0, 15), random.integer(0, 15)];
      const value = `${i}${'v'.repeat(random.integer(0, 150))}`;
      batch.set(`key${a}`, value).delete(`key${b}`);
      model.set(`key${a}`, value);
      model.delete(`key${b}`);
      note();
      progress.issued = i + 1;
      const sync = i % 7 === 0;
      batch.write({ sync });
      if (sync) progress.acknowledged = i + 1;
      if (i % 3 === 0) await new Promise(setImmediate);
      if (i % 11 === 10) {
        await db.sync();
        progress.acknowledged = i + 1;
      }
      if (i === 30 || i === 45) await db.flush();
      if (i === 46) await db.compact();
      if (i === 20) {
        db.close();
        progress.acknowledged = i + 1;
        db = open(DIRECTORY, { ...OPTIONS, vfs });
      }
    }
  } catch (error) {
    progress.failure = error;
  }
  try {
    db?.close();
    if (progress.failure === undefined) progress.acknowledged = progress.issued;
  } catch (error) {
    progress.failure ??= error;
  }
}

/**
 * Opens what is left, and checks that it is a state between what was promised and what was tried.
 */
function check(disk: CrashVfs, where: string, { states, acknowledged, issued }: Progress): void {
  const db = open(DIRECTORY, { ...OPTIONS, vfs: disk });
  const found = show(db.entries());
  db.close();
  const allowed = states.slice(acknowledged, issued + 1);
  if (allowed.includes(found)) return;
  const at = states.lastIndexOf(found);
  throw new Error(`${where}: the state after ${at}, ${acknowledged} to ${issued} allowed`);
}

async function sweep(kinds: readonly VfsOperationKind[], systemCode: string): Promise<number> {
  const random = new Random(1);
  for (let at = 0; ; at++) {
    const disk = new CrashVfs();
    const vfs = new FaultVfs(disk);
    vfs.setFault({ at, kinds, systemCode, shortWrite: random.integer(0, 40) });
    const progress: Progress = { issued: 0, acknowledged: 0, states: [], failure: undefined };
    await history(vfs, new Random(7), progress);
    const { kind, path } = vfs.operations.at(-1) ?? {};
    const where = `${systemCode} at call ${at}, ${kind} ${path}`;
    if (progress.failure !== undefined) {
      expect(progress.failure, where).toBeInstanceOf(JumpError);
      expect((progress.failure as JumpError).code, where).toMatch(/JUMP_IO|JUMP_POISONED/);
    }
    for (const kept of ['all', 'none', 'random'] as const) {
      const image = disk.image({ entries: kept, bytes: kept }, random);
      check(new CrashVfs(image), `${where}, ${kept} kept`, progress);
    }
    if (!vfs.struck) return at;
  }
}

test.each([
  [['write'], 'ENOSPC'],
  [['sync', 'syncDirectory'], 'EIO'],
  [['open', 'rename', 'remove', 'list'], 'EMFILE'],
  [['read'], 'EIO'],
] as const)('the failure of any %j loses nothing', { timeout: 1e6 }, async (kinds, systemCode) => {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 10;
    return now;
  });
  try {
    expect(await sweep(kinds, systemCode)).toBeGreaterThan(20);
  } finally {
    clock.mockRestore();
  }
});

test('an opening that fails in its last step leaves no file open', () => {
  const disk = memoryVfs();
  const fresh = open(DIRECTORY, { vfs: disk });
  fresh.set('a', '1');
  fresh.close();
  const vfs = new FaultVfs(disk);
  open(DIRECTORY, { vfs }).close();
  const lists = vfs.operations.filter(({ kind }) => kind === 'list').length;
  vfs.operations.length = 0;
  // The last listing is that of what is obsolete.
  vfs.setFault({ at: lists - 1, kinds: ['list'] });
  expect(() => open(DIRECTORY, { vfs })).toThrow(expect.objectContaining({ code: 'JUMP_IO' }));
  const count = (wanted: string): number =>
    vfs.operations.filter(({ kind }) => kind === wanted).length;
  expect(count('open')).toBeGreaterThan(0);
  expect(count('close')).toBe(count('open'));
  open(DIRECTORY, { vfs: disk }).close();
});
