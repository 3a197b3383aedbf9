// Goal:   a damaged directory is refused with an error that names file and place, or opens with
//         what was written; never with less that nobody told of, never with something else.
// Method: small stores in memory, of our own and of LevelDB, in which each byte of each file is
//         changed, each file is cut at each byte, or removed; then opening, reading, merging.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { JumpError } from '@jump/base';
import { FaultVfs, Random } from '@jump/testkit';
import { memoryVfs, type Vfs } from '@jump/vfs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destroy, type JumpEvent, type OpenOptions, open, openReadOnly } from '../src/index.ts';
import {
  DIRECTORY,
  diskOf,
  type Files,
  filesOf,
  filesOnDisk,
  flipped,
  nameOf,
} from './disk-files.ts';
import { Level } from './level.ts';

const OPTIONS: OpenOptions = { memtableSize: 1024, tableSize: 1024, blockSize: 200, cacheSize: 0 };

/** A closed store: three tables in two levels, entries in the log, some of them deletions. */
function ourFiles(): Promise<{ files: Files; entries: [string, string][] }> {
  return madeBy(async (vfs) => {
    const db = open(DIRECTORY, { ...OPTIONS, vfs });
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 12; i++) db.set(`key${i * (round + 1)}`, `round ${round} ${i}`);
      db.delete(`key${round}`);
      if (round < 3) await db.flush();
      if (round === 1) await db.compact();
      if (round === 2) db.set('synced', 'yes', { sync: true });
    }
    return db;
  });
}

async function madeBy(
  make: (vfs: Vfs) => Promise<ReturnType<typeof open>>,
): Promise<{ files: Files; entries: [string, string][] }> {
  const vfs = memoryVfs();
  const db = await make(vfs);
  const entries = [...db.entries()] as [string, string][];
  db.close();
  return { files: filesOf(vfs), entries };
}

interface Outcome {
  entries?: [string, string][];
  error?: JumpError;
  losses: JumpEvent[];
}

/** Opens, reads in three ways, merges, reads once more. */
async function examine(vfs: Vfs, options: OpenOptions = {}): Promise<Outcome> {
  const losses: JumpEvent[] = [];
  const onEvent = (event: JumpEvent): void => {
    if (event.type === 'recoveryLoss') losses.push(event);
  };
  try {
    const db = open(DIRECTORY, { ...OPTIONS, vfs, onEvent, ...options });
    try {
      const entries = [...db.entries()];
      const reversed = [...db.entries({ reverse: true })].reverse();
      expect(reversed).toEqual(entries);
      for (const [key, value] of entries) expect(db.get(key)).toBe(value);
      await db.compact();
      expect([...db.entries()]).toEqual(entries);
      return { entries, losses };
    } finally {
      db.close();
    }
  } catch (error) {
    if (!(error instanceof JumpError)) throw error;
    return { error, losses };
  }
}

describe('a store of ours', () => {
  let files: Files;
  let entries: [string, string][];
  beforeAll(async () => {
    ({ files, entries } = await ourFiles());
  });

  test('has what these tests are about', () => {
    const names = [...files.keys()];
    expect(names.filter((name) => name.endsWith('.ldb')).length).toBeGreaterThan(1);
    expect(files.get(nameOf(files, /log$/))!.length).toBeGreaterThan(200);
    expect(files.get(nameOf(files, /^MANIFEST/))!.length).toBeGreaterThan(200);
  });

  test('any changed byte is refused, or harmless', { timeout: 1e6 }, async () => {
    const random = new Random(3);
    let refused = 0;
    for (const [name, bytes] of files) {
      for (let at = 0; at < bytes.length; at++) {
        const mask = random.pick([0x01, 0x80, 0xff, random.integer(1, 255)]);
        const where = `${name} at ${at} ^ ${mask}`;
        const vfs = diskOf(files, { [name]: flipped(bytes, at, mask) });
        const { entries: found, error } = await examine(vfs);
        if (error === undefined) expect(found, where).toEqual(entries);
        else {
          expect(error.code, where).toMatch(/CORRUPTION|UNSUPPORTED/);
          expect(error.file, where).toMatch(/^store\//);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(1500);
  });

  test('any cut is refused, or harmless', { timeout: 1e6 }, async () => {
    for (const [name, bytes] of files) {
      for (let size = 0; size < bytes.length; size++) {
        const where = `${name} cut to ${size}`;
        const vfs = diskOf(files, { [name]: bytes.slice(0, size) });
        const { entries: found, error } = await examine(vfs);
        if (error !== undefined) expect(error.code, where).toBe('JUMP_CORRUPTION');
        else expect(found, where).toEqual(entries);
      }
    }
  });

  test.each([/^CURRENT$/, /^MANIFEST/, /log$/, /ldb$/])(
    'a missing file %s is refused, and nothing is changed',
    async (pattern) => {
      const name = [...files.keys()].find((one) => pattern.test(one))!;
      const vfs = diskOf(files, { [name]: undefined });
      const before = filesOf(vfs);
      for (let i = 0; i < 2; i++) {
        const { error } = await examine(vfs);
        expect(error?.code).toBe('JUMP_CORRUPTION');
        expect(error?.message).toContain(name);
        expect(filesOf(vfs)).toEqual(before);
        expect(() => openReadOnly(DIRECTORY, { vfs })).toThrow(name);
      }
    },
  );

  test('a table of another size is refused by name', async () => {
    const name = [...files.keys()].find((one) => one.endsWith('.ldb'))!;
    const longer = Uint8Array.from([...files.get(name)!, 0]);
    const { error } = await examine(diskOf(files, { [name]: longer }));
    expect(error).toMatchObject({ code: 'JUMP_CORRUPTION', file: `store/${name}` });
  });

  test('two tables that have changed places are refused', async () => {
    const [one, other] = [...files.keys()].filter((name) => name.endsWith('.ldb'));
    const swapped = { [one!]: files.get(other!), [other!]: files.get(one!) };
    const { error, entries: found } = await examine(diskOf(files, swapped));
    if (error === undefined) expect(found).toEqual(entries);
    else expect(error.code).toBe('JUMP_CORRUPTION');
  });

  test.each([
    ['nothing', ''],
    ['zeros', '\0'.repeat(16)],
    ['no line feed', 'MANIFEST-000002'],
    ['a path', '../x/MANIFEST-000002\n'],
    ['a manifest that is not there', 'MANIFEST-999999\n'],
    ['a table', '000005.ldb\n'],
    ['too much', 'MANIFEST-000002\n'.repeat(100)],
  ])('CURRENT that holds %s is refused', async (_what, content) => {
    const vfs = diskOf(files, { CURRENT: new TextEncoder().encode(content) });
    const before = filesOf(vfs);
    const { error } = await examine(vfs);
    expect(error).toMatchObject({ code: 'JUMP_CORRUPTION', file: 'store/CURRENT' });
    expect(filesOf(vfs)).toEqual(before);
  });

  test('a damaged log opens with prefix and with salvage, and tells what it drops', async () => {
    const log = nameOf(files, /log$/);
    const vfs = (): Vfs => diskOf(files, { [log]: flipped(files.get(log)!, 60, 1) });
    expect((await examine(vfs())).error?.code).toBe('JUMP_CORRUPTION');
    const prefix = await examine(vfs(), { recovery: 'prefix' });
    expect(prefix.losses).toEqual([
      {
        type: 'recoveryLoss',
        file: `store/${log}`,
        offset: expect.any(Number),
        bytes: expect.any(Number),
      },
    ]);
    const salvage = await examine(vfs(), { recovery: 'salvage' });
    expect(salvage.losses).toHaveLength(1);
    expect(salvage.entries!.length).toBeGreaterThan(prefix.entries!.length);
    for (const entry of salvage.entries!) {
      const [key] = entry;
      const whole = entries.find(([one]) => one === key);
      if (whole !== undefined && whole[1] !== entry[1]) expect(entry[1]).toMatch(/^round [0-2]/);
    }
    // What was dropped once is not there at the next opening, and is not told again.
    const disk = vfs();
    await examine(disk, { recovery: 'prefix' });
    const again = await examine(disk);
    expect(again).toEqual({ entries: prefix.entries, losses: [] });
  });

  test('a damaged block is not merged into a table that looks whole', async () => {
    const name = [...files.keys()].find((one) => one.endsWith('.ldb'))!;
    const vfs = diskOf(files, { [name]: flipped(files.get(name)!, 20, 1) });
    const db = open(DIRECTORY, { ...OPTIONS, vfs });
    const damage = { code: 'JUMP_CORRUPTION', file: `store/${name}`, offset: 0 };
    expect(() => [...db.entries()]).toThrow(expect.objectContaining(damage));
    await expect(db.compact()).rejects.toMatchObject(damage);
    expect(() => [...db.entries()]).toThrow(expect.objectContaining(damage));
    expect(db.stats().backgroundErrors.join()).toContain(name);
    db.close();
    expect(filesOf(vfs).get(name)).toEqual(flipped(files.get(name)!, 20, 1));
  });

  test('what a crash leaves is removed at opening; what has another name stays', async () => {
    const left = ['000900.ldb', '000001.log', 'MANIFEST-000000', 'MANIFEST-000901', '000902.dbtmp'];
    const kept = ['LOG', 'notes.txt', '12.ldb.bak', 'CURRENT.old', '000900.LDB', 'x000001.log'];
    const some = Uint8Array.of(1, 2, 3);
    const vfs = diskOf(files, Object.fromEntries([...left, ...kept].map((name) => [name, some])));
    const reader = openReadOnly(DIRECTORY, { vfs });
    expect([...reader.entries()]).toEqual(entries);
    reader.close();
    for (const name of left) expect(vfs.list(DIRECTORY)).toContain(name);
    const db = open(DIRECTORY, { ...OPTIONS, vfs });
    expect([...db.entries()]).toEqual(entries);
    for (const name of left) expect(vfs.list(DIRECTORY)).not.toContain(name);
    for (const name of kept) expect(vfs.list(DIRECTORY)).toContain(name);
    db.close();
    destroy(DIRECTORY, { vfs });
    expect(vfs.list(DIRECTORY).sort()).toEqual(kept.filter((name) => name !== 'LOG').sort());
  });

  test('the log of an opening is numbered above all that it replays', () => {
    // Else, when it dies before it removes them, the next opening takes them for the newer ones.
    const old = files.get(nameOf(files, /log$/))!;
    const vfs = new FaultVfs(diskOf(files, { '000700.log': old.slice(0, 19) }));
    vfs.setFault({ at: 0, kinds: ['remove'], sticky: true });
    const db = open(DIRECTORY, { ...OPTIONS, vfs });
    const logs = vfs.list(DIRECTORY).filter((name) => name.endsWith('.log'));
    expect(logs).toContain('000700.log');
    expect(Math.max(...logs.map(Number.parseFloat))).toBeGreaterThan(700);
    db.close();
    const again = open(DIRECTORY, { ...OPTIONS, vfs });
    expect([...again.entries()]).toEqual(entries);
    again.close();
  });

  test('an opening that fails at any call can be repeated, and loses nothing', {
    timeout: 1e6,
  }, async () => {
    for (let at = 0; ; at++) {
      const inner = diskOf(files);
      const vfs = new FaultVfs(inner);
      vfs.setFault({ at, systemCode: 'EIO', shortWrite: 10 });
      try {
        open(DIRECTORY, { ...OPTIONS, vfs }).close();
      } catch (error) {
        expect(error, `call ${at}`).toBeInstanceOf(JumpError);
      }
      if (!vfs.struck) break;
      vfs.setFault(undefined);
      const again = open(DIRECTORY, { ...OPTIONS, vfs });
      expect([...again.entries()], `call ${at}`).toEqual(entries);
      again.close();
      expect(at).toBeLessThan(1000);
    }
  });
});

describe('a store of LevelDB', () => {
  const level = new Level();
  const temporary = fs.mkdtempSync(path.join(tmpdir(), 'jumpdb-recovery-'));
  let files: Files;
  let entries: [string, string][];
  beforeAll(async () => {
    const set = (key: string, value: string) => ({
      type: 'set' as const,
      key: new TextEncoder().encode(key),
      value: new TextEncoder().encode(value),
    });
    await level.open(temporary);
    for (let i = 0; i < 20; i++) await level.write([[set(`key${i}`, `old ${i}`)]]);
    await level.compact();
    for (let i = 5; i < 15; i++)
      await level.write([[set(`key${i}`, `new ${i}`), set(`x${i}`, '')]]);
    await level.kill();
    files = filesOnDisk(temporary);
    ({ entries } = (await examine(diskOf(files))) as { entries: [string, string][] });
    expect(entries).toHaveLength(30);
  });
  afterAll(() => {
    level.end();
    fs.rmSync(temporary, { recursive: true, force: true });
  });

  test('any changed byte is refused, harmless, or the told loss of the last record', {
    timeout: 1e6,
  }, async () => {
    const random = new Random(4);
    for (const [name, bytes] of files) {
      if (/^LOG|LOCK/.test(name)) continue;
      for (let at = 0; at < bytes.length; at++) {
        const mask = random.pick([0x01, 0x80, 0xff]);
        const where = `${name} at ${at} ^ ${mask}`;
        const vfs = diskOf(files, { [name]: flipped(bytes, at, mask) });
        const { entries: found, error, losses } = await examine(vfs);
        if (error !== undefined) expect(error.code, where).toMatch(/CORRUPTION|UNSUPPORTED/);
        else if (losses.length === 0) expect(found, where).toEqual(entries);
        else {
          expect(name, where).toMatch(/log$/);
          const kept = entries.filter(([key]) => key !== 'x14');
          const before = kept.map(([key, value]) => [key, key === 'key14' ? 'old 14' : value]);
          expect(found, where).toEqual(before);
        }
      }
    }
  });

  test('a missing log that the manifest names is refused', async () => {
    const log = nameOf(files, /log$/);
    const { error } = await examine(diskOf(files, { [log]: undefined }));
    expect(error).toMatchObject({ code: 'JUMP_CORRUPTION', file: `store/${log}` });
  });
});

describe('what is no store', () => {
  test('a directory of something else is refused, and nothing is changed', () => {
    const vfs = diskOf(new Map([['package.json', new Uint8Array(3)]]));
    expect(() => open(DIRECTORY, { vfs })).toThrow(/package\.json/);
    expect(vfs.list(DIRECTORY)).toEqual(['package.json']);
    expect(() => openReadOnly(DIRECTORY, { vfs })).toThrow(/no store/);
  });

  test('tables or logs without CURRENT are refused, never created over', () => {
    for (const name of ['000005.ldb', '000005.sst', '000003.log']) {
      const vfs = diskOf(new Map([[name, new Uint8Array(100)]]));
      for (const errorIfExists of [false, true]) {
        expect(() => open(DIRECTORY, { vfs, errorIfExists })).toThrow(
          expect.objectContaining({ code: 'JUMP_CORRUPTION' }),
        );
      }
      expect(vfs.list(DIRECTORY)).toEqual([name]);
    }
  });

  test('a file is refused', () => {
    const vfs = diskOf(new Map([['file', new Uint8Array(3)]]));
    const refusal = expect.objectContaining({ code: 'JUMP_IO', systemCode: 'ENOTDIR' });
    expect(() => open(`${DIRECTORY}/file`, { vfs })).toThrow(refusal);
    expect(() => openReadOnly(`${DIRECTORY}/file`, { vfs })).toThrow(refusal);
  });

  test('a creation that was cut short is taken up again', () => {
    for (let at = 0; ; at++) {
      const vfs = new FaultVfs(memoryVfs());
      vfs.setFault({ at, shortWrite: 5 });
      try {
        open(DIRECTORY, { vfs }).close();
      } catch (error) {
        expect(error).toBeInstanceOf(JumpError);
      }
      if (!vfs.struck) break;
      vfs.setFault(undefined);
      const db = open(DIRECTORY, { vfs });
      db.set('k', 'v');
      db.close();
      expect(open(DIRECTORY, { vfs }).get('k')).toBe('v');
      expect(at).toBeLessThan(500);
    }
  });
});
