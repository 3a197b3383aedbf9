// Goal:   a repair does what its options say, and nothing else.
import { bytewiseComparator } from '@jump/base';
import { memoryVfs, open, openReadOnly, type RepairOptions, repair } from '@jump/db';
import { FaultVfs } from '@jump/testkit';
import { describe, expect, test, vi } from 'vitest';
import { contents, filled, SMALL } from './checkpoint-store.ts';
import { DIRECTORY, diskOf, filesOf } from './disk-files.ts';
import { checkDirectory } from './invariants.ts';
import { made, repaired, TARGET } from './repair-store.ts';

// A machine that is busy with other things takes its time.
vi.setConfig({ testTimeout: 120_000 });

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const bytes = (text: string) => new TextEncoder().encode(text);

describe('a dry run', () => {
  test('says the same, and writes nothing, where nothing can be written', async () => {
    const { files, expected } = await made();
    const disk = diskOf(files, { CURRENT: undefined });
    const vfs = new FaultVfs(disk);
    const before = filesOf(vfs);
    vfs.operations.length = 0;
    const report = await repair(DIRECTORY, { vfs, dryRun: true });
    expect(vfs.operations.filter(({ kind }) => !/^(open|read|close|list)$/.test(kind))).toEqual([]);
    expect(
      vfs.operations.filter(({ kind, detail }) => kind === 'open' && detail !== 'read'),
    ).toEqual([]);
    expect(filesOf(vfs)).toEqual(before);
    expect(report.kept).toBe(expected.length);
    const real = await repair(DIRECTORY, { vfs });
    expect(real).toEqual({ ...report, dryRun: false });
  });

  test('works while somebody has the store open', async () => {
    const vfs = memoryVfs();
    const db = await filled(open(DIRECTORY, { ...SMALL, vfs }));
    db.handOver();
    await expect(repair(DIRECTORY, { vfs })).rejects.toThrow(code('JUMP_LOCKED'));
    expect((await repair(DIRECTORY, { vfs, dryRun: true })).kept).toBe(contents(db).length);
    db.close();
  });
});

describe('in place', () => {
  test('the store is the repaired one, and the old one is in lost', async () => {
    const { files, expected } = await made();
    const vfs = diskOf(files, { CURRENT: undefined, 'notes.txt': bytes('mine') });
    const old = filesOf(vfs);
    const { found, report } = await repaired(vfs, { inPlace: true });
    expect(found).toEqual(expected);
    expect(report).toMatchObject({ directory: DIRECTORY, originals: `${DIRECTORY}/lost` });
    expect(vfs.list(DIRECTORY)).toContain('notes.txt');
    expect(vfs.list(DIRECTORY).filter((name) => name.endsWith('.dbtmp'))).toEqual([]);
    const lost = filesOf(vfs, `${DIRECTORY}/lost`);
    expect(lost).toEqual(new Map([...old].filter(([name]) => !/LOCK|notes/.test(name))));
    checkDirectory(vfs, DIRECTORY, undefined, ['lost', 'notes.txt']);
    // Once more: what was kept the first time stays where it is.
    const again = await repaired(vfs, { inPlace: true });
    expect(again.found).toEqual(expected);
    expect(again.report.originals).toBe(`${DIRECTORY}/lost.2`);
    expect(filesOf(vfs, `${DIRECTORY}/lost`)).toEqual(lost);
    // What was kept is a store, and as damaged as it was.
    const back = await repair(`${DIRECTORY}/lost`, { vfs, into: 'back' });
    expect(back.kept).toBe(expected.length);
  });

  test('new numbers lie above all old ones', async () => {
    const { files } = await made();
    const vfs = diskOf(files, { '000500.ldb': files.get([...files.keys()][0]!) });
    await repair(DIRECTORY, { vfs, inPlace: true });
    const numbers = vfs.list(DIRECTORY).map((name) => Number.parseInt(name, 10));
    expect(numbers.filter((number) => number > 0).every((number) => number > 500)).toBe(true);
  });
});

describe('is refused', () => {
  test('for a path that leads to no store', async () => {
    const vfs = memoryVfs();
    await expect(repair('nowhere', { vfs })).rejects.toThrow(code('JUMP_NOT_FOUND'));
    vfs.makeDirectory('empty');
    await expect(repair('empty', { vfs })).rejects.toThrow(code('JUMP_NOT_FOUND'));
    expect(vfs.list('empty')).toEqual([]);
    vfs.open('file', 'create').close();
    const notDirectory = expect.objectContaining({ code: 'JUMP_IO', systemCode: 'ENOTDIR' });
    await expect(repair('file', { vfs })).rejects.toThrow(notDirectory);
    await expect(repair(undefined as never)).rejects.toThrow(TypeError);
    await expect(repair('')).rejects.toThrow(RangeError);
  });

  test('if the new directory is not empty, before anything else is done', async () => {
    const { files } = await made();
    const vfs = diskOf(files);
    const again = () => repair(DIRECTORY, { vfs });
    await again();
    const before = filesOf(vfs, TARGET);
    await expect(again()).rejects.toThrow(code('JUMP_EXISTS'));
    await expect(repair(DIRECTORY, { vfs, into: DIRECTORY })).rejects.toThrow(
      /JUMP|not empty|held/,
    );
    expect(filesOf(vfs, TARGET)).toEqual(before);
    expect((await repaired(vfs, { into: 'elsewhere' })).report.directory).toBe('elsewhere');
  });

  test.each<[object, RegExp]>([
    [{ dryrun: true }, /"dryrun".*dryRun/],
    [{ dryRun: 1 }, /dryRun.*boolean.*1/],
    [{ inPlace: 'yes' }, /inPlace/],
    [{ into: 5 }, /number 5/],
    [{ doubtful: 'maybe' }, /doubtful.*maybe/],
    [{ onProgress: 1 }, /onProgress/],
    [{ signal: {} }, /signal/],
    [{ filter: 'huge' }, /filter/],
    [{ comparators: {} }, /comparators/],
    [{ comparators: [], comparator: bytewiseComparator }, /comparator and comparators/],
    [{ createIfMissing: true }, /createIfMissing/],
  ])('%j is a TypeError', async (options, message) => {
    const promise = repair(DIRECTORY, options as RepairOptions);
    await expect(promise).rejects.toThrow(TypeError);
    await expect(repair(DIRECTORY, options as RepairOptions)).rejects.toThrow(message);
  });

  test('into and inPlace exclude each other; no options are an object too', async () => {
    await expect(repair(DIRECTORY, { into: 'x', inPlace: true })).rejects.toThrow(RangeError);
    await expect(repair(DIRECTORY, null as never)).rejects.toThrow(TypeError);
  });
});

test('progress ascends to its total, and a signal gives it up', async () => {
  const { files } = await made(
    (db) => {
      for (let i = 0; i < 20_000; i++) db.set(`key${i}`, '.'.repeat(100));
    },
    { memtableSize: 2 ** 18, tableSize: 2 ** 18 },
  );
  const vfs = diskOf(files);
  const seen: { done: number; total: number }[] = [];
  await repair(DIRECTORY, { vfs, onProgress: (progress) => seen.push(progress) });
  expect(seen.map(({ done }) => done)).toEqual(
    seen.map(({ done }) => done).toSorted((a, b) => a - b),
  );
  expect(seen.length).toBeGreaterThan(10);
  expect(seen.at(-1)!.done).toBe(seen.at(-1)!.total);
  const controller = new AbortController();
  const promise = repair(DIRECTORY, {
    vfs,
    into: 'given up',
    signal: controller.signal,
    onProgress: ({ done, total }) => done > total * 0.6 && controller.abort(new Error('enough')),
  });
  await expect(promise).rejects.toThrow('enough');
  expect(vfs.stat('given up')).toBeUndefined();
  expect([...openReadOnly(TARGET, { vfs }).keys()]).toHaveLength(20_000);
  const aborted = { vfs, signal: AbortSignal.abort(new Error('before')) };
  await expect(repair(DIRECTORY, aborted)).rejects.toThrow('before');
});
