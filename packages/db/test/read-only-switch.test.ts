// Goal:   whatever moment a writer chooses to replace the files that are being read, the reader
//         sees one state or the other, whole, and no error; refresh() too.
// Method: two states of one store, between which all tables, the log and the manifest change; the
//         file system turns from the first to the second at each of its calls in turn. Files that
//         were opened before stay readable, as removed ones do.
import { cpSync } from 'node:fs';
import { open, openReadOnly, storedVersions } from '@jump/db';
import { joinPath, nodeVfs, type Vfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { temporary } from './temporary.ts';

const KEYS = 40;
/** Three tables. */
const OPTIONS = {
  memtableSize: 2048,
  tableSize: 1024,
  compression: 'none',
  background: 'inline',
} as const;

/** Writes one value under all keys, most of it in tables and the rest in the log. */
async function fill(path: string, value: string): Promise<void> {
  const db = open(path, OPTIONS);
  for (let i = 0; i < KEYS; i++) db.set(`key${i}`, value.repeat(50));
  await db.compact();
  for (let i = 0; i < KEYS; i += 5) db.set(`key${i}`, value.repeat(50));
  db.close();
}

/** A directory that is `before` for so many calls, and `after` from then on. */
function turning(before: string, after: string, calls: number): { vfs: Vfs; used: () => number } {
  let used = 0;
  const place = (path: string): string => {
    const directory = used++ < calls ? before : after;
    return path === '/store' ? directory : joinPath(directory, path.slice('/store/'.length));
  };
  const vfs: Vfs = {
    ...nodeVfs,
    resolve: (path) => path,
    open: (path, mode) => nodeVfs.open(place(path), mode),
    stat: (path) => nodeVfs.stat(place(path)),
    list: (path) => nodeVfs.list(place(path)),
  };
  return { vfs, used: () => used };
}

test.each([1000, 1])(
  'at every call the store may change under its reader; %i tables in memory',
  {
    timeout: 60_000,
  },
  async (maxOpenFiles) => {
    const after = temporary();
    await fill(after, '1');
    const before = temporary();
    cpSync(after, before, { recursive: true });
    await fill(after, '2');

    const still = turning(before, after, Number.POSITIVE_INFINITY);
    const first = openReadOnly('/store', { vfs: still.vfs, maxOpenFiles });
    const tables = first.stats().levels.reduce((sum, { files }) => sum + files, 0);
    expect(tables).toBeGreaterThan(2);
    first.close();
    const opening = still.used();
    expect(opening).toBeGreaterThan(15);
    const seen = new Set<string>();
    // The first half while it opens, the second while it looks for something new.
    for (let calls = 0; calls <= 2 * opening; calls++) {
      const { vfs } = turning(before, after, calls);
      const db = openReadOnly('/store', { vfs, maxOpenFiles });
      const values = new Set(db.values());
      expect(values.size).toBe(1);
      expect([...db.keys()]).toHaveLength(KEYS);
      const [value = ''] = values;
      seen.add(value);
      db.refresh();
      const now = new Set(db.values());
      expect(now.size).toBe(1);
      // It never goes back.
      if (value.startsWith('2')) expect(now).toEqual(values);
      db.refresh();
      db.refresh();
      db.close();
    }
    expect([...seen].sort()).toEqual(['1'.repeat(50), '2'.repeat(50)]);
  },
);

test('at every call the store may change under a list of its versions', async () => {
  const after = temporary();
  await fill(after, '1');
  const before = temporary();
  cpSync(after, before, { recursive: true });
  await fill(after, '2');
  const list = (calls: number) => {
    const { vfs, used } = turning(before, after, calls);
    const versions = [...storedVersions('/store', { vfs })];
    const found = versions.map(({ file, sequence, value }) => `${file} ${sequence} ${value[0]}`);
    return { found: found.join('\n'), used: used() };
  };
  const [first, second] = [list(Number.POSITIVE_INFINITY), list(0)];
  expect(first.found).not.toBe(second.found);
  let seen = 0;
  for (let calls = 0; calls <= first.used; calls++) {
    const { found } = list(calls);
    if (found === first.found) seen++;
    else expect(found).toBe(second.found);
  }
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBeLessThan(first.used);
});
