// Goal:   what Chromium keeps in LevelDB is read: IndexedDB, in its own order, and local storage;
//         while the browser runs, and after it.
// Method: Debian's Chromium shows a page that writes keys of every kind, more than fits into its
//         memtable, and tells the order in which it finds them again.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReadOnly, type ReadOnlyDB } from '@jump/db';
import { TableReader } from '@jump/sstable';
import { indexedDbComparator } from '@jump/sstable/indexeddb';
import { afterAll, describe, expect, test } from 'vitest';
import { hasChromium, Page } from './browser.ts';

const BYTES = { keyEncoding: 'bytes', valueEncoding: 'bytes' } as const;
type Bytes = ReadOnlyDB<Uint8Array, Uint8Array>;

// Where all is skipped nothing removes it.
const profile = hasChromium ? mkdtempSync(join(tmpdir(), 'jumpdb-chromium-')) : '';
const page = new Page();
afterAll(() => {
  page.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});
const database = () => join(profile, 'Default/IndexedDB', page.databaseName);
const localStorage = () => join(profile, 'Default/Local Storage/leveldb');

function openIndexedDb(path = database()): Bytes {
  return openReadOnly(path, { ...BYTES, comparators: [indexedDbComparator] });
}

/** The texts of an object store's values, in the order of their keys. */
function textsOf(db: Bytes, mark: string): string[] {
  const pattern = new RegExp(`${mark}-\\d+-end`);
  const found: string[] = [];
  for (const [key, value] of db.entries()) {
    // One byte of lengths, database 1, an object store, index 1: the values themselves.
    if (key[0] !== 0 || key[1] !== 1 || key[3] !== 1) continue;
    const text = pattern.exec(Buffer.from(value).toString('latin1'))?.[0];
    if (text !== undefined) found.push(text);
  }
  return found;
}

/** Everything that is there is in order, and found by its key. */
function checkAll(db: Bytes): number {
  let before: Uint8Array | undefined;
  let count = 0;
  for (const [key, value] of db.entries()) {
    if (before !== undefined) expect(indexedDbComparator.compare(before, key)).toBeLessThan(0);
    const found = db.get(key);
    expect(found !== undefined && Buffer.compare(found, value)).toBe(0);
    before = key;
    count++;
  }
  return count;
}

if (!hasChromium) console.warn('skipped: no Chromium, whose IndexedDB these tests read');

describe.runIf(hasChromium)('Chromium', () => {
  test('IndexedDB is read while the browser is open', { timeout: 120_000 }, async () => {
    await page.start();
    let seen: string[] = [];
    const told = JSON.parse(
      await page.show(profile, () => {
        const db = openIndexedDb();
        seen = textsOf(db, 'value');
        db.close();
      }),
    );
    expect(told.error).toBe(undefined);
    expect(told.things.length).toBeGreaterThan(1400);
    expect(seen).toEqual(told.things);
  });

  test('and after it, from tables, in the same order', { timeout: 120_000 }, async () => {
    const told = JSON.parse(await page.show(profile));
    expect(readdirSync(database()).some((name) => name.endsWith('.ldb'))).toBe(true);
    const db = openIndexedDb();
    expect(textsOf(db, 'value')).toEqual(told.things);
    expect(textsOf(db, 'other')).toEqual(told.others);
    expect(checkAll(db)).toBeGreaterThan(told.things.length * 4);
    db.close();
  });

  test('without the order it is refused, and can still be read table by table', () => {
    expect(() => openReadOnly(database(), BYTES)).toThrow(
      expect.objectContaining({
        code: 'JUMP_UNSUPPORTED',
        message: expect.stringContaining('idb_cmp1'),
      }),
    );
    let entries = 0;
    for (const name of readdirSync(database()).filter((one) => one.endsWith('.ldb'))) {
      const table = TableReader.open(join(database(), name), { comparator: 'unknown' });
      table.verify();
      for (const { file } of table.internalEntries()) if (file.endsWith(name)) entries++;
      table.close();
    }
    expect(entries).toBeGreaterThan(1000);
  });

  test('local storage is read; a copy without LOCK too', () => {
    const copy = join(profile, 'copy');
    cpSync(localStorage(), copy, { recursive: true, filter: (name) => !name.endsWith('LOCK') });
    for (const path of [localStorage(), copy]) {
      const db: Bytes = openReadOnly(path, BYTES);
      const found = Array.from(db.entries(), ([key, value]) => [show(key), decode(value)]);
      db.close();
      expect(found).toContainEqual([expect.stringMatching(/127\.0\.0\.1.*name$/), 'from the page']);
      expect(found).toContainEqual([expect.anything(), 'Übergröße ✓']);
    }
  });
});

const show = (key: Uint8Array): string => Buffer.from(key).toString('latin1');

/** A value of local storage: a byte that says Latin-1 (1) or UTF-16 (0), then the text. */
function decode(value: Uint8Array): string {
  return Buffer.from(value.subarray(1)).toString(value[0] === 1 ? 'latin1' : 'utf16le');
}
