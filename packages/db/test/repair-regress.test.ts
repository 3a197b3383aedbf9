// Goal:   what the fault programme found about repair stays found: one test each, named after what
//         went wrong.
import { memoryVfs, open, repair } from '@jump/db';
import { FaultVfs } from '@jump/testkit';
import { expect, test } from 'vitest';
import { contents, SMALL } from './checkpoint-store.ts';
import { DIRECTORY, diskOf, filesOf, flipped, nameOf } from './disk-files.ts';
import { made, repaired } from './repair-store.ts';

test('the manifest of a repair in place that was cut short hid the deletions in the logs', async () => {
  const { files, expected } = await made(
    async (db) => {
      // A table of which nothing is left in what the repair makes: no kinship tells of it.
      for (let i = 0; i < 9; i++) db.set(`a${i}`, 'deleted since');
      await db.flush();
      for (let i = 0; i < 9; i++) db.set(`b${i}`, 'stays');
      await db.flush();
      for (let i = 0; i < 9; i++) db.delete(`a${i}`);
    },
    { memtableSize: 2 ** 20 },
  );
  const manifest = nameOf(files, /^MANIFEST/);
  const damaged = { [manifest]: flipped(files.get(manifest)!, 60, 1) };
  const disk = diskOf(files, damaged);
  const vfs = new FaultVfs(disk);
  // The manifest is on the disk, and CURRENT does not name it yet.
  vfs.setFault({ at: 0, kinds: ['rename'] });
  await expect(repair(DIRECTORY, { vfs, inPlace: true })).rejects.toThrow(/rename/);
  expect(vfs.struck).toBe(true);
  const again = await repaired(disk, { into: 'again' });
  expect(again.found).toEqual(expected);
  expect((await repaired(disk, { inPlace: true })).found).toEqual(expected);
});

test('a manifest without its end was believed where left-overs stood for what it named', async () => {
  const vfs = memoryVfs();
  const db = open(DIRECTORY, { ...SMALL, memtableSize: 2 ** 20, vfs });
  const write = async (round: number): Promise<void> => {
    for (let i = 0; i < 9; i++) db.set(`key${i}`, `round ${round}`);
    await db.flush();
  };
  await write(1);
  db.set('in the log', 'of the first round');
  db.handOver();
  const early = filesOf(vfs);
  for (let round = 2; round < 5; round++) await write(round);
  await db.compact();
  db.set('in the log', 'of the last round');
  const expected = contents(db);
  db.close();
  const files = filesOf(vfs);
  const manifest = nameOf(files, /^MANIFEST/);
  const { length } = early.get(manifest)!;
  // Its end is zeros; the files of the first round are back, as after unlinks that were not synced.
  const leftOvers = [...early].filter(([name]) => !files.has(name));
  expect(leftOvers.length).toBeGreaterThan(1);
  const zeroed = files
    .get(manifest)!
    .slice()
    .fill(0, length + 10);
  const disk = diskOf(files, { ...Object.fromEntries(leftOvers), [manifest]: zeroed });
  const { found, report } = await repaired(disk);
  expect(found).toEqual(expected);
  expect(report.strategy).toBe('files');
});

test('a table that a repair in place had begun was taken for a damaged one of the store', async () => {
  const { files } = await made();
  const manifest = nameOf(files, /^MANIFEST/);
  const MARK = new TextEncoder().encode('JumpDB repair\n');
  const begun = { '000098.ldb': new Uint8Array(0), '000099.log': new Uint8Array(0) };
  const damage = { [manifest]: undefined, CURRENT: undefined };
  const lines = async (changes: Record<string, Uint8Array | undefined>) => {
    const { files: told } = await repair(DIRECTORY, { vfs: diskOf(files, changes), dryRun: true });
    return told
      .filter(({ name }) => name in begun)
      .map(({ state, reason }) => `${state} ${reason ?? ''}`);
  };
  const cut = 'unused a repair that was cut short has made it';
  const marked = { ...begun, '000098.dbtmp': MARK };
  expect(await lines({ ...damage, ...marked })).toEqual([cut, cut]);
  // What lies in front of the mark is none of its files; another file of that name is no mark.
  expect(await lines({ ...damage, ...begun, '000099.dbtmp': MARK })).toEqual([
    expect.stringMatching(/^damaged /),
    cut,
  ]);
  const other = MARK.map((byte) => byte ^ 1);
  const unmarked = await lines({ ...damage, ...begun, '000098.dbtmp': other });
  expect(unmarked).toEqual([expect.stringMatching(/^damaged /), 'whole ']);
  // CURRENT names a manifest of its own: it came to its end.
  const done = { 'MANIFEST-000100': files.get(manifest), [manifest]: undefined };
  const CURRENT = new TextEncoder().encode('MANIFEST-000100\n');
  expect(await lines({ ...marked, ...done, CURRENT })).not.toContain(cut);
});

test('outputs that were copied without the old files are a store', async () => {
  const { files, expected } = await made();
  const mark = new TextEncoder().encode('JumpDB repair\n');
  expect((await repaired(diskOf(files, { '000001.dbtmp': mark }))).found).toEqual(expected);
});

test('what was lost with a log that is missing was not told', async () => {
  const { files } = await made(async (db) => {
    db.set('key', 'older');
    await db.flush();
    db.set('key', 'newer');
  });
  const log = nameOf(files, /log$/);
  const { found, report } = await repaired(diskOf(files, { [log]: undefined }));
  expect(found).toEqual([['key', 'older']]);
  expect(report.dropped).toBe(1);
  expect(report.warnings).toEqual([expect.stringContaining(`Entries of ${log} are lost`)]);
});

test('a damaged CURRENT that named a high number hid the mark of a repair in place (SEED=900)', async () => {
  const vfs = memoryVfs();
  const db = open(DIRECTORY, { ...SMALL, memtableSize: 2 ** 20, vfs });
  for (let i = 0; i < 9; i++) db.set(`a${i}`, 'deleted since');
  await db.flush();
  const early = filesOf(vfs);
  const leftOver = nameOf(early, /ldb$/);
  for (let i = 0; i < 9; i++) db.delete(`a${i}`);
  for (let i = 0; i < 9; i++) db.set(`b${i}`, 'stays');
  await db.flush();
  await db.compact();
  const expected = contents(db);
  db.close();
  const disk = diskOf(filesOf(vfs), {
    [leftOver]: early.get(leftOver),
    CURRENT: new TextEncoder().encode('MANIFEST-900000\n'),
  });
  const dying = new FaultVfs(disk);
  // The power goes behind the first output; nothing is tidied up.
  dying.setFault({ at: 0, kinds: ['makeDirectory', 'remove'], sticky: true });
  const tables = filesOf(disk).size;
  await expect(repair(DIRECTORY, { vfs: dying, inPlace: true })).rejects.toThrow(/makeDirectory/);
  expect(filesOf(disk).size).toBeGreaterThan(tables + 1);
  const { found, report } = await repaired(disk, { into: 'again' });
  expect([found, report.strategy]).toEqual([expected, 'manifest']);
});
