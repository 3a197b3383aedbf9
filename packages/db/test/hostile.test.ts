// Goal:   no directory, however made, gets wrong data, a hang or much memory out of the store.
// Method: a small sound store, of which one file is put together on purpose, under true checksums:
//         each is refused as damage, within a tenth of a second and 64 MiB; nothing is changed.
import { JumpError, writeFixed64, writeVarint } from '@jump/base';
import { encodeMark } from '@jump/log';
import { describe, expect, test } from 'vitest';
import { open, openReadOnly, type Vfs } from '../src/index.ts';
import { withAllocationLimit } from './allocation.ts';
import { DIRECTORY, diskOf, filesOf } from './disk-files.ts';
import {
  BATCHES,
  type Changes,
  CURRENTS,
  EDITS,
  joined,
  LOGS,
  logAnd,
  longManifest,
  manifestAnd,
  NEXT,
  SEQUENCES,
  store,
  TABLES,
  text,
} from './hostile-files.ts';
import { fragmentsOf } from './mutate.ts';

/** Both ways to open. */
const OPENINGS: readonly ((path: string, options: { vfs: Vfs }) => { close(): void })[] = [
  open,
  openReadOnly,
];
const MOST_BYTES = 64 << 20;
/** Of the process's own time, on a file of any size but the largest here, which has 7 MB. */
const MOST_MS = 100;
/** What the test runner makes of code is two to three times as slow as the code. */
const MOST_MS_PER_BYTE = 20 / 2 ** 20;

/** Opens, with a limit on memory and time; what it throws must be `code`. */
async function refused(changes: Changes, code = 'JUMP_CORRUPTION'): Promise<void> {
  const vfs = diskOf(store.files, changes);
  const before = filesOf(vfs);
  const bytes = Math.max(...Object.values(changes).map((file) => file?.length ?? 0));
  const most = MOST_MS + bytes * MOST_MS_PER_BYTE;
  for (const how of OPENINGS) {
    const attempt = async (): Promise<number> => {
      const start = process.cpuUsage();
      const error = await withAllocationLimit(MOST_BYTES, () => {
        try {
          how(DIRECTORY, { vfs }).close();
          return undefined;
        } catch (thrown) {
          return thrown;
        }
      });
      const { user, system } = process.cpuUsage(start);
      expect(error).toBeInstanceOf(JumpError);
      expect((error as JumpError).message).toMatch(/^store\//);
      expect((error as JumpError).code).toBe(code);
      return (user + system) / 1000;
    };
    const first = await attempt();
    // The first time some code is compiled, and the collector may have work from before.
    if (first > most) expect(await attempt()).toBeLessThan(most);
  }
  for (const [name, bytes] of filesOf(vfs)) {
    expect(Buffer.compare(bytes, before.get(name)!), name).toBe(0);
  }
  expect(vfs.list(DIRECTORY)).toHaveLength(before.size);
}

test('the store is sound when nothing is changed', () => {
  const db = open(DIRECTORY, { vfs: diskOf(store.files, manifestAnd()) });
  expect([...db.keys()]).toHaveLength(21);
  db.close();
  const [sequence, mark] = [new Uint8Array(8), encodeMark(NEXT + 1)];
  writeFixed64(sequence, 0, NEXT + 1);
  expect(fragmentsOf(store.files.get(store.log)!).at(-1)!.data).toEqual(mark);
  expect(mark.slice(0, 8)).toEqual(sequence);
});

describe('a log with', () => {
  test.each(BATCHES)('%s is refused', (_, make) => refused(logAnd([make()])));
  test.each(SEQUENCES)('%s is refused', (_, make) => refused(logAnd([make()]), 'JUMP_UNSUPPORTED'));
  test.each(LOGS)('%s is refused', (_, make) => refused(logAnd(make())));
});

describe('a manifest with', () => {
  test.each(EDITS)('%s is refused', (_, make) => refused(make()));
  test('a comparator of a mebibyte is refused, and shown in short', async () => {
    const name = new Uint8Array(2 ** 20).fill(97);
    const length = new Uint8Array(5);
    const edit = joined(
      [1],
      length.slice(0, writeVarint(length, 0, name.length)),
      name.slice(0, 9),
    );
    await refused(manifestAnd(edit));
    await refused(longManifest({ comparator: 'a'.repeat(2 ** 20) }), 'JUMP_UNSUPPORTED');
  });
});

test.each(TABLES)('%s is refused', (_, make) => refused(make()));
describe('a CURRENT with', () => {
  test.each(CURRENTS)('%s is refused', (_, make) => refused(make()));
});

test('names that are nearly those of files are left alone', () => {
  const names = ['99999999999999999999.log', '-1.ldb', '0x5.ldb', '5.ldb.tmp', '1e3.log', '.ldb'];
  const vfs = diskOf(store.files, Object.fromEntries(names.map((name) => [name, text('x')])));
  const db = open(DIRECTORY, { vfs });
  expect([...db.keys()]).toHaveLength(21);
  db.close();
  for (const name of names) expect(vfs.list(DIRECTORY)).toContain(name);
});
