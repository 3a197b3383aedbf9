// Goal:   the order of syncs, where the random histories would need luck to meet the moment.
// Method: a simulated disk whose asynchronous syncs end when the test says so; the plainest power
//         loss, of everything that was not synced.
import { CrashVfs, FaultVfs } from '@jump/testkit';
import { memoryVfs, type Vfs, type VfsFile } from '@jump/vfs';
import { expect, test } from 'vitest';
import { type JumpDB, type JumpEvent, open, openReadOnly } from '../src/index.ts';
import { DIRECTORY, diskOf, type Files, filesOf, nameOf } from './disk-files.ts';

function afterLoss(disk: CrashVfs): JumpDB {
  return open('/a/b/db', { vfs: new CrashVfs(disk.image({ entries: 'none', bytes: 'none' })) });
}

function keysAfterLoss(disk: CrashVfs): string[] {
  const db = afterLoss(disk);
  const keys = [...db.keys()];
  db.close();
  return keys;
}

test('a log that is rotated while another sync is under way is synced by the next one', async () => {
  const disk = new CrashVfs();
  const db = open('/a/b/db', { vfs: disk, memtableSize: 16_384 });
  let done = (): void => {};
  disk.syncDelay = () =>
    new Promise((resolve) => {
      done = resolve;
    });
  db.set('first', '1');
  const sync = db.sync();
  await new Promise((resolve) => process.nextTick(resolve));
  db.set('while the disk works', '2');
  const logs = (): number => disk.list('/a/b/db').filter((name) => name.endsWith('.log')).length;
  for (let i = 0; logs() < 2; i++) db.set(`more${i}`, 'x'.repeat(90));
  done();
  await sync;
  db.set('last', '3', { sync: true });
  // Nothing is in a table yet: all depends on the logs.
  expect(db.stats().jobs.flushes).toBe(0);
  const keys = keysAfterLoss(disk);
  expect(keys).toContain('last');
  expect(keys).toContain('first');
  expect(keys).toContain('while the disk works');
  expect(keys).toEqual([...db.keys()]);
  db.close();
});

test('a synced write survives in a directory that was made for it, with those above it', () => {
  const disk = new CrashVfs();
  const db = open('/a/b/db', { vfs: disk });
  db.set('key', 'value', { sync: true });
  expect(keysAfterLoss(disk)).toEqual(['key']);
  db.close();
});

test('close puts everything on the disk', () => {
  const disk = new CrashVfs();
  const db = open('/a/b/db', { vfs: disk, memtableSize: 2048 });
  for (let i = 0; i < 50; i++) db.set(`key${i}`, 'x'.repeat(90));
  db.close();
  expect(keysAfterLoss(disk)).toHaveLength(50);
});

test('a mark that cannot be written poisons, and harms nobody else', async () => {
  const disk = memoryVfs();
  const vfs = new FaultVfs(disk);
  const db = open(DIRECTORY, { vfs, logWrites: 'each' });
  db.set('a', '1');
  vfs.setFault({ at: 0, kinds: ['write'], path: /log$/ });
  // The entry is on the disk: the sync has done what it promises.
  await db.sync();
  await new Promise((resolve) => setImmediate(resolve));
  expect(vfs.struck).toBe(true);
  expect(() => db.set('b', '2')).toThrow(expect.objectContaining({ code: 'JUMP_POISONED' }));
  db.close();
  const again = open(DIRECTORY, { vfs: disk });
  expect([...again.keys()]).toEqual(['a']);
  again.close();
});

/** Two states of a directory: a live writer goes from one to the other while it is read. */
class Moving {
  readonly #before: Vfs;
  readonly #after: Vfs;
  readonly #pattern: RegExp;
  #moved = false;
  opened = 0;

  constructor(before: Files, after: Files, pattern: RegExp) {
    this.#before = diskOf(before);
    this.#after = diskOf(after);
    this.#pattern = pattern;
  }

  /** The later state is there once a file that matches was read, and closed. */
  vfs(): Vfs {
    return new Proxy(this.#before, {
      get: (_target, name) => {
        if (name === 'open') {
          return (path: string, mode: 'read'): VfsFile => {
            const file = this.#now().open(path, mode);
            if (!this.#pattern.test(path)) return file;
            this.opened++;
            const close = file.close.bind(file);
            file.close = () => {
              this.#moved = true;
              close();
            };
            return file;
          };
        }
        const now = this.#now();
        const value = now[name as keyof Vfs];
        return typeof value === 'function' ? value.bind(now) : value;
      },
    });
  }

  #now(): Vfs {
    return this.#moved ? this.#after : this.#before;
  }
}

test('a hand-over that fails outside any call is told by an event, then by close', async () => {
  const disk = new FaultVfs(memoryVfs());
  const events: JumpEvent[] = [];
  const db = open('/db', { vfs: disk, onEvent: (event) => events.push(event) });
  disk.setFault({ at: 0, kinds: ['write'], path: /\.log$/, systemCode: 'ENOSPC', sticky: true });
  db.set('a', '1');
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(events).toMatchObject([{ type: 'error', code: 'JUMP_IO', poisoned: true }]);
  expect(db.get('a')).toBe('1');
  expect(() => db.close()).toThrow(expect.objectContaining({ code: 'JUMP_POISONED' }));
  expect(() => db.close()).not.toThrow();
  disk.setFault(undefined);
  open('/db', { vfs: disk }).close();
});

test('a failed hand-over that a write has told is not told again by close', async () => {
  const disk = new FaultVfs(memoryVfs());
  const db = open('/db', { vfs: disk });
  disk.setFault({ at: 0, kinds: ['write'], path: /\.log$/, systemCode: 'ENOSPC', sticky: true });
  db.set('a', '1');
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(() => db.set('b', '2')).toThrow(expect.objectContaining({ code: 'JUMP_POISONED' }));
  expect(() => db.close()).not.toThrow();
});

test('a reader takes no record for damaged that a live writer ends meanwhile', () => {
  const writer = memoryVfs();
  const db = open(DIRECTORY, { vfs: writer, logWrites: 'each' });
  db.set('a', '1');
  db.set('b', '2');
  const files = filesOf(writer);
  const log = nameOf(files, /log$/);
  const half = new Map([...files, [log, files.get(log)!.slice(0, -3)]]);
  db.set('c', '3', { sync: true });
  const moving = new Moving(half, filesOf(writer), /log$/);
  const events: unknown[] = [];
  const reader = openReadOnly(DIRECTORY, {
    vfs: moving.vfs(),
    onEvent: (event) => events.push(event),
  });
  expect(moving.opened).toBeGreaterThan(1);
  expect([...reader.keys()]).toEqual(['a', 'b', 'c']);
  expect(events).toEqual([]);
  reader.close();
  db.close();
});
