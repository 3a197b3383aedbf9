// Goal:   repair keeps everything that is whole, brings back nothing that was deleted, and says
//         what it did.
// Method: stores in memory, each damaged in one way. Every byte of a small store:
//         repair-damage.test.ts; random damage of random stores: faults/repair.ts.
import {
  type JumpDB,
  memoryVfs,
  open,
  type RepairedFile,
  type RepairReport,
  repair,
} from '@jump/db';
import { FaultVfs } from '@jump/testkit';
import { describe, expect, test, vi } from 'vitest';
import { contents, filled, SMALL } from './checkpoint-store.ts';
import { DIRECTORY, diskOf, type Files, filesOf, flipped, nameOf } from './disk-files.ts';
import { checkDirectory } from './invariants.ts';
import { made, repaired, TARGET } from './repair-store.ts';
import { reversed } from './variants.ts';

// A machine that is busy with other things takes its time.
vi.setConfig({ testTimeout: 120_000 });

const code = (wanted: string) => expect.objectContaining({ code: wanted });

const fileOf = ({ files }: RepairReport, name: string | RegExp): RepairedFile | undefined =>
  files.find((file) => (typeof name === 'string' ? file.name === name : name.test(file.name)));

describe('everything stays when', () => {
  const manifest = (files: Files) => nameOf(files, /^MANIFEST/);
  const NOTHING = new Uint8Array(0);
  test.each<[string, (files: Files) => Record<string, Uint8Array | undefined>]>([
    ['nothing is damaged', () => ({})],
    ['CURRENT is missing', () => ({ CURRENT: undefined })],
    ['CURRENT is empty', () => ({ CURRENT: NOTHING })],
    ['CURRENT names a manifest that is not there', () => ({ CURRENT: bytes('MANIFEST-000077\n') })],
    ['the manifest is missing', (files) => ({ [manifest(files)]: undefined })],
    ['the manifest is empty', (files) => ({ [manifest(files)]: NOTHING })],
    ['both are missing', (files) => ({ [manifest(files)]: undefined, CURRENT: undefined })],
    [
      'the manifest is damaged in its middle',
      (files) => ({ [manifest(files)]: flipped(files.get(manifest(files))!, 200, 0xff) }),
    ],
    [
      'a second manifest was begun, and CURRENT is missing',
      () => ({ 'MANIFEST-000099': new Uint8Array(50), CURRENT: undefined }),
    ],
  ])('%s', async (_, damage) => {
    const { files, expected } = await made();
    const vfs = diskOf(files, damage(files));
    const before = filesOf(vfs);
    const { found, report } = await repaired(vfs);
    expect(found).toEqual(expected);
    expect(report).toMatchObject({ dropped: 0, doubtful: 0, dryRun: false });
    expect(report).toMatchObject({ directory: TARGET, originals: DIRECTORY });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(filesOf(vfs)).toEqual(before);
    checkDirectory(vfs, TARGET);
  });

  test('tables are called .sst, or their numbers have no zeros in front', async () => {
    const { files, expected } = await made();
    for (const rename of [
      (name: string) => name.replace('.ldb', '.sst'),
      (name: string) => name.replace(/^0+(\d+\.ldb)/, '$1'),
    ]) {
      const vfs = diskOf(new Map([...files].map(([name, bytes]) => [rename(name), bytes])));
      expect((await repaired(vfs)).found).toEqual(expected);
    }
  });

  test('it is in another order; which must be told', async () => {
    const { files, expected } = await made(filled, { comparator: reversed });
    const vfs = diskOf(files);
    await expect(repair(DIRECTORY, { vfs })).rejects.toThrow(/test\.Reversed/);
    await expect(repair(DIRECTORY, { vfs })).rejects.toThrow(code('JUMP_UNSUPPORTED'));
    expect(vfs.stat(TARGET)).toBeUndefined();
    expect((await repaired(vfs, { comparator: reversed })).found).toEqual(expected);
    const without = diskOf(files, { [manifest(files)]: undefined });
    expect((await repaired(without, { comparator: reversed })).found).toEqual(expected);
  });

  test('it is in one of the orders that are given', async () => {
    const { files, expected } = await made(filled, { comparator: reversed });
    const comparators = [{ ...reversed, name: 'test.Other' }, reversed];
    const name = manifest(files);
    for (const damage of [{}, { [name]: flipped(files.get(name)!, 200, 0xff) }]) {
      const report = await repair(DIRECTORY, { vfs: diskOf(files, damage), comparators });
      expect([report.kept, report.dropped]).toEqual([expected.length, 0]);
    }
    const plain = await made();
    const { found } = await repaired(diskOf(plain.files), { comparators });
    expect(found).toEqual(plain.expected);
  });

  test('there is nothing in it', async () => {
    const { files } = await made(() => {});
    const { report } = await repaired(diskOf(files, { CURRENT: undefined }));
    expect(report.kept).toBe(0);
  });

  test('logs are longer than a memtable', async () => {
    const { files, expected } = await made(
      (db) => {
        for (let i = 0; i < 9000; i++) db.set(`key${i % 700}`, `${i} ${'.'.repeat(50)}`);
      },
      { memtableSize: 2 ** 22 },
    );
    const damage = { [manifest(files)]: undefined };
    const options = { memtableSize: 4096, tableSize: 8192 };
    const dry = await repair(DIRECTORY, { vfs: diskOf(files, damage), ...options, dryRun: true });
    expect(dry.kept).toBe(expected.length);
    const vfs = new FaultVfs(diskOf(files, damage));
    expect((await repaired(vfs, options)).found).toEqual(expected);
    checkDirectory(vfs, TARGET);
    // What was put on the disk meanwhile is gone, all of it in one table.
    const spilled = vfs.operations.filter(
      ({ kind, path }) => kind === 'remove' && path.startsWith(TARGET) && path.endsWith('.ldb'),
    );
    expect(spilled.length).toBeGreaterThan(1);
  });

  test('there are many logs, none of them long', async () => {
    const { files } = await made((db) => db.set('key', 'of the last log'));
    const log = nameOf(files, /log$/);
    const changes: Record<string, Uint8Array> = { [manifest(files)]: new Uint8Array(0) };
    for (let number = 1000; number < 1050; number++) {
      const vfs = memoryVfs();
      const db = open(DIRECTORY, { ...SMALL, vfs });
      for (let i = 2000; i < 2 * number; i++) db.delete(`key${i >> 1}`);
      db.set(`key${number}`, '.'.repeat(200));
      db.close();
      changes[`00${number}.log`] = filesOf(vfs).get(log)!;
    }
    const vfs = new FaultVfs(diskOf(files, changes));
    const { found, report } = await repaired(vfs, { memtableSize: 4096 });
    expect(report.dropped).toBe(0);
    // All logs have sequences from 1 on; the last one has a deletion of every key but its own.
    expect(found.map(([key]) => key)).toEqual(['key', 'key1049']);
    const writes = vfs.operations.filter(
      ({ kind, path }) => kind === 'remove' && /ldb$/.test(path),
    );
    expect(writes.length).toBeGreaterThan(1);
  });
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('of a damaged table', () => {
  /** One table in a deep level with every key, one above that overwrites and deletes some. */
  const layered = (options: object = {}) =>
    made(
      async (db) => {
        for (let i = 0; i < 200; i++) db.set(`key${1000 + i}`, `old ${i} ${'.'.repeat(40)}`);
        await db.compact();
        for (let i = 0; i < 200; i += 4) db.set(`key${1000 + i}`, `new ${i}`);
        for (let i = 1; i < 200; i += 4) db.delete(`key${1000 + i}`);
        await db.flush();
      },
      { memtableSize: 2 ** 20, tableSize: 2 ** 20, blockSize: 300, ...options },
    );

  /** Damages a data block of the newest table. */
  async function damaged(options: object = {}) {
    const { files, expected } = await layered(options);
    const newest = [...files.keys()].filter((name) => name.endsWith('.ldb')).at(-1)!;
    const vfs = diskOf(files, { [newest]: flipped(files.get(newest)!, 700, 0x10) });
    return { vfs, expected: new Map(expected), newest };
  }

  test('only the block is lost; what it deleted stays deleted', async () => {
    const { vfs, expected, newest } = await damaged();
    const { found, report } = await repaired(vfs);
    const wrong = found.filter(([key, value]) => expected.get(key) !== value);
    expect(wrong).toEqual([]);
    const file = fileOf(report, newest)!;
    expect(file).toMatchObject({ state: 'damaged', type: 'table' });
    expect(file.damage).toEqual([
      {
        offset: expect.any(Number),
        bytes: expect.any(Number),
        reason: expect.stringMatching(/checksum/),
      },
    ]);
    expect(file.damage[0]!.offset).toBeLessThanOrEqual(700);
    expect(file.damage[0]!.offset + file.damage[0]!.bytes).toBeGreaterThan(700);
    expect(file.dropped).toBeGreaterThan(5);
    expect(file.entries + file.dropped).toBe(100);
    expect(report.doubtful).toBeGreaterThan(5);
    expect(report.dropped).toBe(file.dropped + report.doubtful);
    expect(report.warnings).toEqual([]);
    // Of the keys between those that it held nearly all are there: a filter is rarely wrong.
    expect(expected.size - found.length).toBeLessThan(file.dropped);
  });

  test("doubtful: 'keep' takes the older versions, and says so", async () => {
    const { vfs, expected, newest } = await damaged();
    const { found, report } = await repaired(vfs, { doubtful: 'keep' });
    const stale = found.filter(([key, value]) => expected.get(key) !== value);
    expect(stale.length).toBeGreaterThan(5);
    expect([...expected.keys()].filter((key) => !new Map(found).has(key))).toEqual([]);
    expect(report.doubtful).toBe(0);
    const number = Number.parseInt(newest, 10);
    expect(report.warnings).toEqual([
      expect.stringMatching(new RegExp(`table 0*${number}\\.ldb the keys from .*older versions`)),
    ]);
  });

  test('without a filter nothing tells, and the report says so', async () => {
    const { vfs, expected } = await damaged({ filter: 'none' });
    const { found, report } = await repaired(vfs);
    expect(found.filter(([key, value]) => expected.get(key) !== value).length).toBeGreaterThan(5);
    expect(report.warnings).toHaveLength(1);
  });

  test('that is gone, the rest stays, and the report says which', async () => {
    const { files, expected } = await layered();
    const tables = [...files.keys()].filter((name) => name.endsWith('.ldb'));
    const { found, report } = await repaired(diskOf(files, { [tables.at(-1)!]: undefined }));
    expect(found).toHaveLength(200);
    expect(fileOf(report, tables.at(-1)!)).toMatchObject({ state: 'missing', dropped: 1 });
    expect(report.warnings).toEqual([
      expect.stringMatching(/^Table 0+\d+\.ldb is missing: .* \d+ bytes, .* 'key\d+' to 'key\d+'/),
      expect.stringMatching(/may be back out of 0+\d+\.ldb/),
    ]);
    expect(new Map(found).get('key1002')).toBe(new Map(expected).get('key1002'));
    // Nothing older lies under the deeper one, so nothing can come back.
    const deeper = await repaired(diskOf(files, { [tables[0]!]: undefined }));
    expect(deeper.report.warnings).toEqual([expect.stringMatching(/is missing: all/)]);
    expect(deeper.found).toHaveLength(50);
  });

  test('index and footer can be done without', async () => {
    const { files, expected } = await layered();
    const changes = new Map<string, Uint8Array>();
    for (const [name, content] of files) {
      if (name.endsWith('.ldb')) changes.set(name, content.slice(0, -60));
    }
    const { found, report } = await repaired(diskOf(files, Object.fromEntries(changes)));
    expect(found).toEqual(expected);
    expect(report.dropped).toBe(0);
    expect(fileOf(report, /ldb$/)).toMatchObject({ state: 'damaged', damage: [] });
  });

  test('whose place another table has taken, nothing is used', async () => {
    const { files } = await layered();
    const [deep, top] = [...files.keys()].filter((name) => name.endsWith('.ldb'));
    const { report } = await repaired(
      diskOf(files, { [deep!]: files.get(top!), [top!]: files.get(deep!) }),
    );
    for (const name of [deep!, top!]) {
      expect(fileOf(report, name)).toMatchObject({
        state: 'unused',
        dropped: 1,
        reason: expect.stringMatching(/not the table/),
      });
    }
  });
});

describe('left-overs of merges', () => {
  /** A store whose deepest level has no tombstones any more, and the tables of before. */
  async function merged(): Promise<{ files: Files; old: Files; expected: [string, string][] }> {
    const vfs = memoryVfs();
    const db = open(DIRECTORY, { ...SMALL, memtableSize: 2 ** 20, vfs });
    for (let i = 0; i < 60; i++) db.set(`key${100 + i}`, 'first');
    await db.flush();
    for (let i = 1; i < 59; i += 2) db.delete(`key${100 + i}`);
    await db.flush();
    const before = filesOf(vfs);
    await db.compact();
    db.set('later', 'x');
    const expected = contents(db);
    db.close();
    const files = filesOf(vfs);
    const old = new Map([...before].filter(([name]) => /ldb$/.test(name) && !files.has(name)));
    expect(old.size).toBe(2);
    return { files, old, expected };
  }

  test('are left out where a manifest does not name them', async () => {
    const { files, old, expected } = await merged();
    const { found, report } = await repaired(diskOf(files, Object.fromEntries(old)));
    expect(found).toEqual(expected);
    for (const name of old.keys()) {
      const reason = 'the manifest does not name it';
      expect(fileOf(report, name)).toMatchObject({ state: 'unused', reason, dropped: 0 });
    }
  });

  test('bring nothing back where an edit that is whole has removed them', async () => {
    const { files, old, expected } = await merged();
    const name = nameOf(files, /^MANIFEST/);
    const manifest = files.get(name)!;
    // The last edit but the mark of the closing tells of the merge; damage one in front of it.
    const vfs = diskOf(files, { ...Object.fromEntries(old), [name]: flipped(manifest, 60, 1) });
    const { found, report } = await repaired(vfs);
    expect(report.strategy).toBe('files');
    expect(found).toEqual(expected);
  });

  test('bring nothing back even without a manifest, where kinship tells', async () => {
    const { files, old, expected } = await merged();
    const name = nameOf(files, /^MANIFEST/);
    const [oldest] = [...old.keys()];
    // The tombstones are gone, the values are not: the worst case.
    const vfs = diskOf(files, { [name]: undefined, [oldest!]: old.get(oldest!) });
    const { found, report } = await repaired(vfs);
    expect(found).toEqual(expected);
    expect(report).toMatchObject({ strategy: 'files', dropped: 0 });
    expect(report.warnings).toEqual([
      expect.stringMatching(/not taken for new.*000004\.ldb/),
      expect.stringMatching(/^Keys left out: 29\./),
    ]);
  });

  test('are told by their number where a table may be missing as well', async () => {
    const write = (db: JumpDB): void => {
      for (let i = 0; i < 300; i++) db.set(`key${1000 + i}`, 'value');
    };
    const { files: early } = await made(write, { memtableSize: 2 ** 20 });
    const log = nameOf(early, /log$/);
    const vfs = diskOf(early, {});
    // Tables are made of the log; then the first of them goes, and the log is back.
    open(DIRECTORY, { ...SMALL, vfs }).close();
    const files = filesOf(vfs);
    const tables = [...files.keys()].filter((name) => name.endsWith('.ldb')).sort();
    expect(tables.length).toBeGreaterThan(2);
    const changes = {
      [nameOf(files, /^MANIFEST/)]: undefined,
      [tables[0]!]: undefined,
      [log]: early.get(log),
    };
    const { found, report } = await repaired(diskOf(files, changes));
    expect(found.length).toBeLessThan(300);
    expect(report).toMatchObject({ strategy: 'files', kept: found.length });
    const told = new RegExp(`^Keys left out: ${300 - found.length}\\.`);
    expect(report.warnings).toContainEqual(expect.stringMatching(told));
  });
});

describe('of a damaged log', () => {
  const batches = (db: JumpDB): void => {
    for (let i = 0; i < 20; i++) {
      db.write([
        { type: 'set', key: `a${i % 7}`, value: `${i}` },
        { type: 'set', key: `b${i % 7}`, value: `${i}` },
      ]);
    }
  };

  test('batches are lost as a whole, and counted', async () => {
    const { files } = await made(batches);
    const log = nameOf(files, /log$/);
    const content = files.get(log)!;
    let exact = 0;
    for (let at = 30; at < content.length - 20; at += 11) {
      const { found, report } = await repaired(
        diskOf(files, { [log]: flipped(content, at, 0xff) }),
      );
      const values = new Map(found);
      for (let i = 0; i < 7; i++)
        expect(values.get(`a${i}`), `byte ${at}`).toBe(values.get(`b${i}`));
      const file = fileOf(report, log)!;
      expect(file.state).toBe('damaged');
      expect(file.damage).toHaveLength(1);
      expect(file.entries + file.dropped).toBe(40);
      if (file.dropped === 2) exact++;
      expect(report.warnings).toEqual([expect.stringMatching(/Entries of 0+\d+\.log are lost/)]);
    }
    expect(exact).toBeGreaterThan(20);
  });

  test('an end that was cut off is counted too, by what the manifest knows', async () => {
    const { files } = await made(batches);
    const log = nameOf(files, /log$/);
    const content = files.get(log)!;
    for (const size of [0, 19, 100, content.length - 25]) {
      const { report } = await repaired(diskOf(files, { [log]: content.slice(0, size) }));
      const { entries, dropped } = fileOf(report, log)!;
      expect(entries + dropped, `cut to ${size}`).toBe(40);
    }
  });
});
