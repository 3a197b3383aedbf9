// Goal:   a reader of more tables than it may have in memory reads all of them, a few at a time,
//         and still sees the store as it was when a writer takes its files away.
import { memoryVfs, open, openReadOnly, type Vfs } from '@jump/db';
import { expect, test } from 'vitest';
import { contents, SMALL } from './checkpoint-store.ts';
import { CountedVfs } from './counted-vfs.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const key = (i: number): string => `key${String(i).padStart(4, '0')}`;

/** A store of several tables in several levels, and some entries in its log. */
async function manyTables(vfs: Vfs): Promise<[string, string][]> {
  const db = open('db', { ...SMALL, vfs });
  for (let round = 0; round < 2; round++) {
    for (let i = round; i < 600; i += 1 + 2 * round)
      db.set(key(i), `${round} of ${i} ${'.'.repeat(40)}`);
    if (round === 0) await db.compact();
  }
  const all = contents(db);
  db.close();
  return all;
}

const tablesOf = (vfs: Vfs): string[] => vfs.list('db').filter((name) => name.endsWith('.ldb'));

test.each([1, 2, 3])(
  'with room for %i tables it reads as with room for all',
  async (maxOpenFiles) => {
    const vfs = memoryVfs();
    const all = await manyTables(vfs);
    expect(tablesOf(vfs).length).toBeGreaterThan(5);
    const db = openReadOnly('db', { vfs, maxOpenFiles });
    expect(db.stats().openTables).toBe(0);
    expect(contents(db)).toEqual(all);
    expect([...db.entries({ reverse: true })].reverse()).toEqual(all);
    for (const [found, value] of all) expect(db.get(found)).toBe(value);
    expect(db.get('key0000x')).toBeUndefined();
    expect(db.stats().openTables).toBeLessThanOrEqual(maxOpenFiles);
    expect(db.approximateSize({})).toBeGreaterThan(10_000);
    db.close();
    expect(() => db.get(key(1))).toThrow(code('JUMP_CLOSED'));
  },
);

test('what it reads stays as it was, until refresh; then the old files are let go', async () => {
  const vfs = new CountedVfs(memoryVfs());
  const all = await manyTables(vfs);
  const reader = openReadOnly('db', { vfs, maxOpenFiles: 2 });
  expect(vfs.openPaths.length).toBeGreaterThanOrEqual(tablesOf(vfs).length);
  const scan = reader.entries();
  scan.next();
  const before = tablesOf(vfs);
  const writer = open('db', { ...SMALL, vfs });
  for (let i = 0; i < 600; i++) writer.set(key(i), 'new');
  await writer.compact();
  writer.close();
  expect(tablesOf(vfs).filter((name) => before.includes(name))).toEqual([]);
  expect([all[0], ...scan]).toEqual(all);
  expect(contents(reader)).toEqual(all);
  reader.refresh();
  expect(new Set(reader.values())).toEqual(new Set(['new']));
  reader.close();
  expect(vfs.openPaths).toEqual([]);
});

test('a table that is missing or too short is told at once, damage inside when it is met', async () => {
  const vfs = memoryVfs();
  await manyTables(vfs);
  const [first, second] = tablesOf(vfs).sort();
  const file = vfs.open(`db/${first}`, 'read');
  const bytes = new Uint8Array(file.size());
  file.read(bytes, 0, bytes.length, 0);
  file.close();
  const replace = (changed: Uint8Array): void => {
    const target = vfs.open(`db/${first}`, 'replace');
    target.write(changed, 0, changed.length);
    target.close();
  };
  replace(bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte)));
  const db = openReadOnly('db', { vfs, maxOpenFiles: 1 });
  expect(() => contents(db)).toThrow(code('JUMP_CORRUPTION'));
  db.close();
  replace(bytes.subarray(1));
  expect(() => openReadOnly('db', { vfs, maxOpenFiles: 1 })).toThrow(code('JUMP_CORRUPTION'));
  replace(bytes);
  vfs.remove(`db/${second}`);
  expect(() => openReadOnly('db', { vfs, maxOpenFiles: 1 })).toThrow(code('JUMP_CORRUPTION'));
});
