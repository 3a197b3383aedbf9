// Goal:   a checkpoint is the store as it was at the call, a store of its own, and costs the
//         original nothing: whatever is written, merged, refused or interrupted meanwhile.
// More:   what a failing disk and a power loss leave: checkpoint-faults.test.ts.
import * as fs from 'node:fs';
import { join, relative } from 'node:path';
import { full, leveled, tiered } from '@jump/compaction';
import { type JumpDB, type JumpEvent, memoryVfs, open, openReadOnly } from '@jump/db';
import { FaultVfs, Random } from '@jump/testkit';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { contents, filled, read, SMALL } from './checkpoint-store.ts';
import { checkDirectory } from './invariants.ts';
import { Level, showEntry } from './level.ts';
import { temporary } from './temporary.ts';
import { reversed } from './variants.ts';

// A machine that is busy with other things takes its time.
vi.setConfig({ testTimeout: 120_000 });

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const level = new Level();
afterAll(() => level.end());

describe('a checkpoint', () => {
  test('holds everything set before the call, and nothing set after it', async () => {
    const vfs = memoryVfs();
    const db = await filled(open('db', { ...SMALL, vfs }));
    const before = contents(db);
    const made = db.checkpoint('copy');
    db.set('later', 'x');
    db.delete(before[0]![0]);
    db.set(before[1]![0], 'changed');
    await made;
    expect(read(vfs, 'copy')).toEqual(before);
    expect(db.get('later')).toBe('x');
    const after = contents(db);
    db.close();
    expect(read(vfs, 'db')).toEqual(after);
    checkDirectory(vfs, 'copy');
  });

  test('of a store that has nothing, or nothing in tables, or nothing beside them', async () => {
    for (const prepare of [
      () => {},
      (db: JumpDB) => db.set('a', '1'),
      (db: JumpDB) => {
        db.set('a', '1');
        return db.flush();
      },
      (db: JumpDB) => {
        db.set('a', '1');
        db.delete('a');
        return db.flush();
      },
    ]) {
      const vfs = memoryVfs();
      const db = open('db', { vfs });
      await prepare(db);
      await db.checkpoint('copy');
      expect(read(vfs, 'copy')).toEqual(contents(db));
      db.close();
    }
  });

  test.each([
    ['leveled', leveled({ l0Trigger: 2 })],
    ['tiered', tiered()],
    ['full', full({ mergeThreshold: 3 })],
  ])(
    'is made under writes, flushes and merges (%s)',
    { timeout: 60_000 },
    async (_, compaction) => {
      for (let seed = 1; seed <= 6; seed++) {
        const random = new Random(seed);
        const vfs = memoryVfs();
        let merges = 0;
        const onEvent = ({ type }: JumpEvent) => void (type === 'compaction' && merges++);
        const db = open('db', { ...SMALL, vfs, compaction, onEvent });
        const write = (times: number): void => {
          for (let i = 0; i < times; i++) {
            const key = `key${random.integer(0, 300)}`;
            if (random.chance(0.2)) db.delete(key);
            else db.set(key, `${seed} ${i} ${'.'.repeat(random.integer(0, 200))}`);
          }
        };
        const copies: [string, [string, string][], Promise<void>][] = [];
        for (let step = 0; step < 60; step++) {
          write(random.integer(1, 60));
          if (random.chance(0.1)) {
            const name = `copy${copies.length}`;
            copies.push([name, contents(db), db.checkpoint(name)]);
          }
          if (random.chance(0.7)) await turn();
        }
        for (const [, , made] of copies) await made;
        expect(db.stats().pinned).toEqual({ iterators: 0, snapshots: 0 });
        await db.compact();
        db.close();
        expect(merges).toBeGreaterThan(3);
        expect(copies.length).toBeGreaterThan(1);
        for (const [name, expected] of copies)
          expect(read(vfs, name, { compaction })).toEqual(expected);
        checkDirectory(vfs, 'db');
      }
    },
  );

  test('and the original do not touch each other', async () => {
    const vfs = memoryVfs();
    const db = await filled(open('db', { ...SMALL, vfs }));
    const before = contents(db);
    await db.checkpoint('copy');
    const copy = open('copy', { ...SMALL, vfs });
    for (let i = 0; i < 200; i++) copy.set(`copy ${i}`, 'x');
    copy.clear({ lt: 'key3' });
    await copy.compact();
    expect(contents(db)).toEqual(before);
    db.clear({ gte: 'key3' });
    await db.compact();
    db.set('only here', '1', { sync: true });
    const of = (which: JumpDB) => contents(which).map(([key]) => key);
    expect(of(db).every((key) => key < 'key3' || key === 'only here')).toBe(true);
    expect(of(copy).filter((key) => key.startsWith('key'))).toEqual(
      before.map(([key]) => key).filter((key) => key >= 'key3'),
    );
    db.close();
    copy.close();
    checkDirectory(vfs, 'db');
    checkDirectory(vfs, 'copy');
  });

  test('can be made of a checkpoint, and of a store in another order', async () => {
    const vfs = memoryVfs();
    const db = await filled(open('db', { ...SMALL, vfs, comparator: reversed }));
    await db.checkpoint('copy');
    const copy = open('copy', { ...SMALL, vfs, comparator: reversed });
    await copy.checkpoint('copy of the copy');
    expect(read(vfs, 'copy of the copy', { comparator: reversed })).toEqual(contents(db));
    expect(() => read(vfs, 'copy of the copy')).toThrow(code('JUMP_UNSUPPORTED'));
    copy.close();
    db.close();
  });

  test('of a store in memory goes to the disk', async () => {
    const directory = join(temporary(), 'saved');
    const db = await filled(open());
    await db.checkpoint(directory);
    const saved = open(directory, { createIfMissing: false });
    expect(contents(saved)).toEqual(contents(db));
    saved.close();
    db.close();
  });

  test('of a poisoned store rescues what it shows', async () => {
    const vfs = new FaultVfs(memoryVfs());
    const db = await filled(open('db', { ...SMALL, vfs }));
    vfs.setFault({ at: 0, kinds: ['write'], path: /\.log$/ });
    expect(() => db.set('k', 'v', { sync: true })).toThrow();
    vfs.setFault(undefined);
    expect(() => db.set('k', 'v')).toThrow(code('JUMP_POISONED'));
    await db.checkpoint('copy');
    expect(read(vfs, 'copy')).toEqual(contents(db));
    db.close();
  });

  test('keeps the names of tables that LevelDB called .sst', async () => {
    const vfs = memoryVfs();
    const db = await filled(open('db', { ...SMALL, vfs }));
    await db.flush();
    db.close();
    for (const name of vfs.list('db').filter((one) => one.endsWith('.ldb'))) {
      vfs.rename(`db/${name}`, `db/${name.replace('.ldb', '.sst')}`);
    }
    const again = open('db', { ...SMALL, vfs });
    const link = vi.spyOn(vfs, 'link');
    await again.checkpoint('copy');
    const tables = vfs.list('copy').filter((name) => name.endsWith('.sst'));
    expect(tables.length).toBeGreaterThan(0);
    // Not one of them was copied.
    expect(link.mock.results.filter(({ type }) => type === 'return').length).toBeGreaterThanOrEqual(
      tables.length,
    );
    expect(read(vfs, 'copy')).toEqual(contents(again));
    again.close();
  });
});

describe('on the disk', () => {
  test('tables are hard links, and LevelDB opens it', { timeout: 60_000 }, async () => {
    const directory = temporary();
    const db = await filled(open(join(directory, 'db'), { ...SMALL, filter: 'leveldb' }));
    const expected = [...db.entries()].map(([key, value]) =>
      showEntry(Buffer.from(key), Buffer.from(value)),
    );
    const made = db.checkpoint(join(directory, 'copy'));
    db.set('later', 'x');
    await made;
    const links = fs
      .readdirSync(join(directory, 'copy'))
      .filter((name) => fs.statSync(join(directory, 'copy', name)).nlink > 1);
    expect(links.length).toBeGreaterThan(1);
    for (const name of links) {
      const [a, b] = ['db', 'copy'].map((store) => fs.statSync(join(directory, store, name)).ino);
      expect(a).toBe(b);
      expect(name).toMatch(/\.ldb$/);
    }
    await level.open(join(directory, 'copy'));
    expect(await level.read([Buffer.from('later')])).toEqual(expected);
    await level.write([[{ type: 'set', key: Buffer.from('theirs'), value: Buffer.from('1') }]]);
    await level.compact();
    await level.close();
    expect(db.get('theirs')).toBeUndefined();
    expect(db.get('later')).toBe('x');
    db.close();
    const again = open(join(directory, 'copy'));
    expect(again.get('theirs')).toBe('1');
    expect(contents(again)).toHaveLength(expected.length + 1);
    again.close();
  });

  test('a reader makes one beside the writer, of tables that the writer has removed', async () => {
    const directory = temporary();
    const db = await filled(open(join(directory, 'db'), SMALL));
    db.handOver();
    const reader = openReadOnly(join(directory, 'db'));
    const before = contents(reader);
    expect(before).toEqual(contents(db));
    await reader.checkpoint(join(directory, 'linked'));
    db.clear();
    db.set('new', '1');
    await db.compact();
    expect(fs.existsSync(join(directory, 'db', '000005.ldb'))).toBe(false);
    const made = reader.checkpoint(join(directory, 'copied'));
    reader.refresh();
    await made;
    expect(contents(reader)).toEqual([['new', '1']]);
    reader.close();
    db.close();
    for (const name of ['linked', 'copied']) {
      const copy = open(join(directory, name), SMALL);
      expect(contents(copy)).toEqual(before);
      copy.close();
    }
  });
});

describe('is refused', () => {
  test('inside the store itself, and leaves nothing there', async () => {
    const vfs = memoryVfs();
    const db = await filled(open('db', { ...SMALL, vfs }));
    const before = vfs.list('db');
    for (const target of ['db/copy', 'db/a/b/c', 'db/']) {
      await expect(db.checkpoint(target)).rejects.toThrow(
        code(target === 'db/' ? 'JUMP_EXISTS' : 'JUMP_UNSUPPORTED'),
      );
    }
    expect(vfs.list('db')).toEqual(before);
    await db.checkpoint('db2/copy');
    expect(read(vfs, 'db2/copy')).toEqual(contents(db));
    db.close();
  });

  test('inside the store by a relative path or by a link', async () => {
    const place = temporary();
    const path = join(place, 'db');
    const db = await filled(open(path, SMALL));
    fs.mkdirSync(join(path, 'sub'));
    fs.symlinkSync(path, join(place, 'link'), 'junction');
    fs.symlinkSync(join(path, 'sub'), join(place, 'deeper'), 'junction');
    const refused = expect.objectContaining({
      code: 'JUMP_UNSUPPORTED',
      message: expect.stringContaining('inside the store itself'),
    });
    const inside = relative(process.cwd(), join(path, 'copy'));
    const targets = [inside, join(place, 'link', 'x'), join(place, 'deeper', 'y', 'z')];
    for (const target of targets) await expect(db.checkpoint(target)).rejects.toThrow(refused);
    const reader = openReadOnly(path);
    await expect(reader.checkpoint(inside)).rejects.toThrow(refused);
    reader.close();
    expect(fs.readdirSync(join(path, 'sub'))).toEqual([]);
    // A link in the store that leads out of it.
    fs.mkdirSync(join(place, 'outside'));
    fs.symlinkSync(join(place, 'outside'), join(path, 'out'), 'junction');
    await expect(db.checkpoint(join(path, 'out', 'copy'))).rejects.toThrow(refused);
    await db.checkpoint(join(place, 'outside', 'copy'));
    db.close();
  });

  test('for a path that is none, or is taken', async () => {
    const vfs = memoryVfs();
    const db = open('db', { vfs });
    await expect(db.checkpoint(undefined as never)).rejects.toThrow(TypeError);
    await expect(db.checkpoint(5 as never)).rejects.toThrow(/number 5/);
    await expect(db.checkpoint('')).rejects.toThrow(RangeError);
    await expect(db.checkpoint('db')).rejects.toThrow(code('JUMP_EXISTS'));
    vfs.open('file', 'create').close();
    await expect(db.checkpoint('file')).rejects.toThrow(
      expect.objectContaining({ code: 'JUMP_IO', systemCode: 'ENOTDIR' }),
    );
    vfs.makeDirectory('taken');
    vfs.open('taken/notes.txt', 'create').close();
    await expect(db.checkpoint('taken')).rejects.toThrow(code('JUMP_EXISTS'));
    expect(vfs.list('taken')).toEqual(['notes.txt']);
    vfs.makeDirectory('empty');
    await db.checkpoint('empty');
    expect(read(vfs, 'empty')).toEqual([]);
    await expect(db.checkpoint('empty')).rejects.toThrow(code('JUMP_EXISTS'));
    db.close();
    await expect(db.checkpoint('closed')).rejects.toThrow(code('JUMP_CLOSED'));
    expect(vfs.stat('closed')).toBeUndefined();
  });

  test('by the second of two into one directory', async () => {
    const vfs = memoryVfs();
    const db = await filled(open('db', { ...SMALL, vfs }));
    const results = await Promise.allSettled([db.checkpoint('copy'), db.checkpoint('copy')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((results[1] as PromiseRejectedResult).reason).toEqual(
      expect.objectContaining({ code: expect.stringMatching(/JUMP_(LOCKED|EXISTS)/) }),
    );
    expect(read(vfs, 'copy')).toEqual(contents(db));
    db.close();
  });

  test('when the store is closed in the middle; nothing is left', { timeout: 60_000 }, async () => {
    const vfs = memoryVfs();
    const db = open('db', { vfs });
    // More than one slice.
    for (let i = 0; i < 50_000; i++) db.set(`key${i}`, 'x'.repeat(100));
    const made = db.checkpoint('copy');
    db.close();
    await expect(made).rejects.toThrow(code('JUMP_CLOSED'));
    expect(vfs.stat('copy')).toBeUndefined();
    const again = open('db', { vfs });
    expect([...again.keys()]).toHaveLength(50_000);
    again.close();
  });
});
