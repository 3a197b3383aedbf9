// Goal:   opening a store reads no table; soon after all are open; damage is known then, and
//         tombstones that nobody has read of are still merged away.
// Method: stores on the real disk, with the worker, whose files are changed while they are closed.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { open } from '../dist/index.js';
import { temporary } from './temporary.ts';

async function fill(directory: string): Promise<void> {
  const db = open<string>(directory, { tableSize: 65536, memtableSize: 65536 });
  for (let i = 0; i < 20_000; i++) db.set(`key ${i}`, 'x'.repeat(50));
  await db.flush();
  await db.compact();
  db.close();
}

/** Polls until `ready`. */
async function until(ready: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !ready(); await sleep(5)) {
    if (Date.now() > end) throw new Error('waited for 20 s');
  }
}

const tablesOf = (directory: string) =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.ldb'))
    .map((name) => path.join(directory, name));

/** How many files of the directory this process has open. */
const openIn = (directory: string) =>
  readdirSync('/proc/self/fd').filter((fd) => {
    const found = statSync(`/proc/self/fd/${fd}`, { throwIfNoEntry: false });
    return (
      found?.isFile() === true &&
      tablesOf(directory).some((table) => statSync(table).ino === found.ino)
    );
  }).length;

test.skipIf(process.platform !== 'linux')(
  'no table is open at first, and all are soon after',
  { timeout: 60_000 },
  async () => {
    const directory = temporary();
    await fill(directory);
    expect(tablesOf(directory).length).toBeGreaterThan(2);
    const db = open<string>(directory);
    expect(openIn(directory)).toBe(0);
    await until(() => openIn(directory) === tablesOf(directory).length);
    db.close();
    expect(openIn(directory)).toBe(0);
  },
);

test('damage that no read has met is told', { timeout: 60_000 }, async () => {
  const directory = temporary();
  await fill(directory);
  const [table] = tablesOf(directory) as [string];
  const bytes = readFileSync(table);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(table, bytes);
  const events: string[] = [];
  const db = open<string>(directory, {
    onEvent: (event) => {
      if (event.type === 'error') events.push(`${event.code} ${event.message}`);
    },
  });
  await until(() => events.length > 0);
  expect(events[0]).toMatch(/^JUMP_CORRUPTION .*\d{6}\.ldb/);
  expect(db.stats().backgroundErrors).toHaveLength(1);
  expect(() => [...db]).toThrow(expect.objectContaining({ code: 'JUMP_CORRUPTION' }));
  db.close();
});

test('a manual compaction right after opening knows of all tombstones', async () => {
  const directory = temporary();
  let db = open<string>(directory, { tableSize: 65536 });
  for (let i = 0; i < 2000; i++) db.set(`key ${i}`, 'x'.repeat(50));
  await db.flush();
  await db.compact();
  for (let i = 0; i < 2000; i++) db.delete(`key ${i}`);
  await db.flush();
  db.close();
  db = open<string>(directory);
  await db.compact();
  expect(db.stats().levels.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(0);
  db.close();
});
