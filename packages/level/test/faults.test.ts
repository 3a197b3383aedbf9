// Goal:   a write that has resolved is where it was promised, and what the disk refuses is told to
//         whoever asked, with Level's codes.
// Method: every call on a file system that counts syncs, and fails where it is told to.
import { memoryVfs } from '@jump/db';
import { JumpLevel } from '@jump/level';
import { FaultVfs } from '@jump/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** What calls have that write. */
interface Options {
  readonly sync?: boolean;
}

let vfs: FaultVfs;
let db: JumpLevel;
beforeEach(async () => {
  vfs = new FaultVfs(memoryVfs());
  // No cache: everything is read from files.
  db = new JumpLevel('store', { cacheSize: 0, jump: { vfs, background: 'inline' } });
  for (let i = 0; i < 10; i++) await db.put(`key${i}`, 'value');
});
afterEach(async () => {
  vfs.setFault(undefined);
  await db.close().catch(() => undefined);
});

const put = (key: string) => ({ type: 'put' as const, key, value: 'new' });
const writes: Record<string, (options?: Options) => Promise<unknown>> = {
  put: (options) => db.put('key1', 'new', options as object),
  del: (options) => db.del('key2', options as object),
  batch: (options) => db.batch([put('a'), put('b')], options as object),
  'a chained batch': (options) =>
    db
      .batch()
      .put('c', 'new')
      .write(options as object),
};
const clears: typeof writes = {
  clear: () => db.clear({ gte: 'key5' }),
  'clear with a limit': () => db.clear({ limit: 2 }),
};
const reads: Record<string, () => Promise<unknown>> = {
  get: () => db.get('key1'),
  getSync: async () => db.getSync('key1'),
  getMany: () => db.getMany(['key1', 'none']),
  has: () => db.has('key1'),
  hasMany: () => db.hasMany(['none', 'key1']),
  'next()': () => db.iterator().next(),
  'nextv()': () => db.keys().nextv(5),
  'all()': () => db.values().all(),
  'a loop': async () => {
    for await (const _ of db.keys()) break;
  },
  'clear with a limit': () => db.clear({ limit: 2 }),
  compactRange: async () => {
    await db.put('key1', 'new');
    await db.compactRange('a', 'z');
  },
};

const syncs = (): number => vfs.operations.filter(({ kind }) => kind === 'sync').length;
const written = (): number => vfs.operations.filter(({ kind }) => kind === 'write').length;

test.each(Object.entries(writes))(
  '%s is on the disk when it is asked for, only then',
  async (_, write) => {
    let before = syncs();
    await write();
    expect(syncs()).toBe(before);
    before = syncs();
    await write({ sync: true });
    expect(syncs()).toBeGreaterThan(before);
  },
);

test('writes of one moment share a sync, and a call of the system', async () => {
  const many = (options: Options): Promise<unknown> =>
    Promise.all(
      Array.from({ length: 50 }, (_, i) => db.put(`many${i}`, 'value', options as object)),
    );
  let before = written();
  await many({});
  expect(written() - before).toBe(1);
  before = syncs();
  await many({ sync: true });
  expect(syncs() - before).toBeLessThanOrEqual(2);
});

describe('the disk refuses', () => {
  test.each(Object.entries({ ...writes, ...clears }))('%s', async (_, write) => {
    vfs.setFault({ at: 0, kinds: ['write'] });
    const cause = { name: 'JumpError' };
    await expect(write()).rejects.toMatchObject({ code: 'LEVEL_IO_ERROR', cause });
    // Nothing more is written until the store is opened again.
    const poisoned = { code: 'LEVEL_IO_ERROR', cause: { code: 'JUMP_POISONED' } };
    await expect(db.put('key1', 'later')).rejects.toMatchObject(poisoned);
    expect(await db.get('key4')).toBe('value');
    await db.close().catch(() => db.close());
    vfs.setFault(undefined);
    await db.open();
    await db.put('key1', 'later');
    expect(await db.get('key1')).toBe('later');
  });

  test.each(Object.entries(writes))('to sync: %s', async (_, write) => {
    vfs.setFault({ at: 0, kinds: ['sync'] });
    await expect(write({ sync: true })).rejects.toMatchObject({ code: 'LEVEL_IO_ERROR' });
  });

  test.each(Object.entries(reads))('to read: %s', async (_, read) => {
    await db.compactRange('a', 'z');
    vfs.setFault({ at: 0, kinds: ['read'], sticky: true });
    const cause = { code: 'JUMP_IO', message: expect.stringMatching(/\.ldb/) };
    await expect(read()).rejects.toMatchObject({ code: 'LEVEL_IO_ERROR', cause });
  });

  test('a checkpoint', async () => {
    vfs.setFault({ at: 0, kinds: ['makeDirectory', 'open', 'link'], sticky: true });
    await expect(db.checkpoint('copy')).rejects.toMatchObject({ code: 'LEVEL_IO_ERROR' });
    vfs.setFault(undefined);
    await db.checkpoint('copy');
    await expect(db.checkpoint('copy')).rejects.toMatchObject({ code: 'LEVEL_EXISTS' });
  });
});
