// Goal:   memory and descriptors stay what they are however long a process lives; where there are
//         too few of them, or no room on the disk, the store says so, and loses nothing.
// Method: the published files in processes with limits: of the heap, of descriptors, of the size of
//         files; on a disk of a mebibyte; in directories that cannot be written.
// More:   npm run faults -- --part openings --minutes 60
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { limitFileSize } from '@jump/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { open, openReadOnly } from '../dist/index.js';
import { runPart } from './faults/run-part.ts';
import { runCase, type ToldError } from './resource-child.ts';

const LONG = { timeout: 300_000 };
const linux = process.platform === 'linux';
const root = linux && process.getuid?.() === 0;
const NOBODY = 65_534;
const temporary = fs.mkdtempSync(path.join(tmpdir(), 'jumpdb-resources-'));
fs.chmodSync(temporary, 0o755);
const mounts: string[] = [];
afterAll(() => {
  for (const one of mounts) execFileSync('umount', [one]);
  fs.rmSync(temporary, { recursive: true, force: true });
});

let directories = 0;
const newDirectory = (): string => path.join(temporary, `store ${++directories}`);

/** Mounts something, where that is allowed. */
function mount(...words: string[]): boolean {
  try {
    execFileSync('mount', words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const canMount =
  root &&
  (() => {
    const point = path.join(temporary, 'probe');
    fs.mkdirSync(point);
    const could = mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', point);
    if (could) execFileSync('umount', [point]);
    return could;
  })();

/** A program, or a copy of it where npx has it in a home that others may not enter. */
function forEverybody(program: string): string {
  try {
    execFileSync(program, ['--version'], { uid: NOBODY, gid: NOBODY, stdio: 'ignore' });
    return program;
  } catch {
    const copy = path.join(temporary, path.basename(program));
    fs.copyFileSync(program, copy);
    return copy;
  }
}

interface Measure {
  readonly descriptors: number;
  readonly bytes: number;
}

describe.runIf(linux)('memory and descriptors', () => {
  test('stay what they are over many openings', LONG, () => runPart('openings'));

  test(
    'are given back by iterators, cursors and snapshots, even forgotten ones',
    LONG,
    async () => {
      const task = { directory: newDirectory(), times: 1000 };
      const { before, after, pinned } = await runCase<{
        before: Measure;
        after: Measure;
        pinned: object;
      }>('readers', task);
      expect(pinned).toEqual({ iterators: 0, snapshots: 0 });
      expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 8);
      expect(after.bytes - before.bytes).toBeLessThan(4 << 20);
    },
  );

  test('64 MiB of heap are enough for more data than that', LONG, async () => {
    const task = {
      directory: newDirectory(),
      megabytes: 80,
      options: { memtableSize: 4 << 20, cacheSize: 1 << 20, valueEncoding: 'bytes' },
    };
    const told = await runCase<{ count: number; found: number; peak: number }>('large', task, {
      flags: ['--max-old-space-size=64'],
    });
    expect(told.found).toBe(2 * told.count);
    // Node itself takes about 60, its worker 20.
    expect(told.peak).toBeLessThan(250);
  });
});

describe.runIf(linux)('with too few descriptors', () => {
  const many = { memtableSize: 4096, tableSize: 4096, blockSize: 512 };

  async function manyTables(): Promise<string> {
    const directory = newDirectory();
    const db = open(directory, { ...many, compaction: undefined, background: 'inline' });
    for (let i = 0; i < 1600; i++) {
      db.set(`key${i}`, String(Math.sin(i)).repeat(12));
      if (i % 80 === 0) await db.flush();
    }
    await db.compact();
    db.close();
    return directory;
  }

  test('a store that may open few tables works', LONG, async () => {
    const options = { ...many, maxOpenFiles: 3, background: 'inline' };
    const task = { directory: await manyTables(), options, limit: 14 };
    const told = await runCase<{ keys: number; again: number; files: number }>('use', task);
    expect(told).toMatchObject({ keys: 1600, again: 1601 });
    expect(told.files).toBeGreaterThan(20);
  });

  test('one that may open more than there are says so, and loses nothing', LONG, async () => {
    const directory = await manyTables();
    for (const how of ['write', 'read']) {
      const task = { directory, options: how === 'write' ? many : {}, how, limit: 14 };
      const { error } = await runCase<{ error: ToldError }>('use', task);
      expect(error).toMatchObject({ code: 'JUMP_IO', systemCode: 'EMFILE' });
    }
    const db = open(directory, many);
    expect([...db.keys()].filter((key) => key !== 'written')).toHaveLength(1600);
    db.close();
  });
});

interface Filled {
  readonly promised: number;
  readonly error?: ToldError;
  readonly later?: ToldError;
  readonly readable: boolean;
}

/** Opens what a full disk has left: nothing that was promised is missing, all of it is whole. */
function checkFilled(directory: string, promised: number, keys: number): void {
  const db = open(directory, { background: 'inline' });
  const count = Number(db.get('count'));
  expect(count).toBeGreaterThanOrEqual(promised);
  for (let i = Math.max(1, count - keys + 1); i <= count; i++) {
    expect(db.get(`key${i % keys}`)?.split(' ', 1)[0]).toBe(`${i}`);
  }
  expect([...db.keys()].length).toBe(Math.min(keys, count) + 1 + Number(db.has('later')));
  db.set('after', 'there is room');
  db.close();
  const again = open(directory);
  expect(again.get('after')).toBe('there is room');
  expect(Number(again.get('count'))).toBe(count);
  again.close();
}

const WAYS = [true, false].flatMap((sync) =>
  ['worker', 'inline'].map((background) => ({ sync, background })),
);

describe.runIf(linux)('a file that may not grow', () => {
  test.each(WAYS)(
    'is told, and nothing promised is lost (%j)',
    LONG,
    async ({ sync, background }) => {
      const directory = newDirectory();
      const options = { memtableSize: 1 << 20, background };
      const task = { directory, keys: 100, options, sync };
      // In blocks of 512 bytes: the log may have 128 KiB.
      const told = await runCase<Filled>('fill', task, { shell: limitFileSize(256) });
      // A hand-over at the end of a turn fails outside of any call: the next one tells.
      expect(told.error?.code).toMatch(sync ? /JUMP_IO/ : /JUMP_IO|JUMP_POISONED/);
      expect(told.error?.message).toContain('EFBIG');
      expect(told.later?.code).toBe('JUMP_POISONED');
      expect(told.readable).toBe(true);
      expect(told.promised).toBeGreaterThan(50);
      checkFilled(directory, told.promised, 100);
    },
  );
});

describe.runIf(canMount)('a disk of a mebibyte', () => {
  test.each([WAYS[0]!, WAYS[3]!])(
    'that is full is told, and nothing promised is lost (%j)',
    LONG,
    async (way) => {
      const point = newDirectory();
      fs.mkdirSync(point);
      expect(mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', point)).toBe(true);
      mounts.push(point);
      const directory = path.join(point, 'store');
      const options = { memtableSize: 32_768, tableSize: 32_768, background: way.background };
      const task = { directory, keys: 20_000, options, sync: way.sync };
      fs.writeFileSync(path.join(point, 'ballast'), new Uint8Array(1 << 19));
      const told = await runCase<Filled>('fill', task);
      expect(told.error?.code).toMatch(/JUMP_IO|JUMP_POISONED/);
      expect(told.error?.message).toContain('ENOSPC');
      expect(told.promised).toBeGreaterThan(100);
      fs.rmSync(path.join(point, 'ballast'));
      checkFilled(directory, told.promised, 20_000);
    },
  );

  test(
    'a merge that found no room goes on when there is some, without a new opening',
    LONG,
    async () => {
      const point = newDirectory();
      fs.mkdirSync(point);
      expect(mount('-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', point)).toBe(true);
      mounts.push(point);
      const events: { type: string }[] = [];
      const db = open(path.join(point, 'store'), { onEvent: (event) => void events.push(event) });
      for (let i = 0; i < 500; i++) db.set(`key${i}`, String(Math.sin(i)).repeat(20));
      await db.sync();
      const ballast = path.join(point, 'ballast');
      const file = fs.openSync(ballast, 'w');
      expect(() => {
        for (;;) fs.writeSync(file, new Uint8Array(65_536));
      }).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
      fs.closeSync(file);
      await expect(db.flush()).rejects.toMatchObject({ systemCode: 'ENOSPC' });
      expect(events.some(({ type }) => type === 'error')).toBe(true);
      expect(db.get('key7')).toBe(String(Math.sin(7)).repeat(20));
      fs.rmSync(ballast);
      await db.flush();
      await db.compact();
      expect([...db.keys()]).toHaveLength(500);
      db.close();
    },
  );
});

describe.runIf(root)('a directory that cannot be written', () => {
  const nobody = { uid: NOBODY, executable: root ? forEverybody(process.execPath) : '' };

  function filled(): string {
    const directory = newDirectory();
    const db = open(directory);
    for (let i = 0; i < 50; i++) db.set(`key${i}`, 'v');
    db.close();
    return directory;
  }

  test('is refused by name to who may not, and can be read', LONG, async () => {
    const directory = filled();
    for (const name of fs.readdirSync(directory)) fs.chmodSync(path.join(directory, name), 0o444);
    fs.chmodSync(directory, 0o555);
    const before = fs.readdirSync(directory);
    const { error } = await runCase<{ error: ToldError }>('use', { directory }, nobody);
    expect(error).toMatchObject({ code: 'JUMP_IO', systemCode: 'EACCES' });
    expect(error.message).toContain(directory);
    const task = { directory, how: 'read' };
    expect(await runCase('use', task, nobody)).toMatchObject({ keys: 50 });
    expect(fs.readdirSync(directory)).toEqual(before);
  });

  test('that nobody may enter is refused by name', LONG, async () => {
    const directory = filled();
    fs.chmodSync(directory, 0o000);
    for (const how of ['read', 'write']) {
      const task = { directory, how };
      const { error } = await runCase<{ error: ToldError }>('use', task, nobody);
      expect(error).toMatchObject({ code: 'JUMP_IO', systemCode: 'EACCES' });
      expect(error.message).toContain(directory);
    }
  });

  test.runIf(canMount)(
    'on a read-only file system is refused by name, and can be read',
    LONG,
    () => {
      const directory = filled();
      const point = newDirectory();
      fs.mkdirSync(point);
      expect(mount('--bind', directory, point)).toBe(true);
      mounts.push(point);
      expect(mount('-o', 'remount,ro,bind', point)).toBe(true);
      const refusal = expect.objectContaining({ code: 'JUMP_IO', systemCode: 'EROFS' });
      expect(() => open(point)).toThrow(refusal);
      expect(() => open(path.join(point, 'new'))).toThrow(refusal);
      const reader = openReadOnly(point);
      expect([...reader.keys()]).toHaveLength(50);
      reader.close();
    },
  );
});

describe('a path', () => {
  const deep = Array.from({ length: 10 }, (_, i) => `${i}`.repeat(30)).join('/');
  test.each([
    ['with spaces', 'a store with  spaces '],
    ['with letters of all kinds', 'Bücher/本/книги/🦊/é'],
    ['of 300 characters', deep],
    ['with a line feed and quotes', `a\n"b"'c'$d`],
    ['that looks like a URI', 'file:a?mode=memory&b%20c#d'],
    ['that begins with a dash', '-rf'],
  ])('%s is as good as any', LONG, async (_, name) => {
    const directory = path.join(newDirectory(), name);
    const db = open(directory, { memtableSize: 1024 });
    for (let i = 0; i < 100; i++) db.set(`key${i}`, 'v'.repeat(30));
    await db.compact();
    expect(() => open(directory)).toThrow(expect.objectContaining({ code: 'JUMP_LOCKED' }));
    const reader = openReadOnly(directory);
    expect([...reader.keys()]).toHaveLength(100);
    reader.close();
    db.close();
    expect(fs.existsSync(path.join(directory, 'CURRENT'))).toBe(true);
  });

  test('with a name that is too long is refused', () => {
    const refusal = expect.objectContaining({ code: 'JUMP_IO', systemCode: 'ENAMETOOLONG' });
    expect(() => open(path.join(newDirectory(), 'n'.repeat(300)))).toThrow(refusal);
  });
});
