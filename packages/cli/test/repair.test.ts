// Goal:   jump repair makes a store of what is whole of a damaged one, which LevelDB opens; it says
//         what became of everything, and its exit code whether anything is lost.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { open } from '@jump/db';
import { indexedDbComparator } from '@jump/sstable/indexeddb';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { readLayout } from '../src/disk/directory.ts';
import { jump, levelEntries, temporary } from './jump.ts';
import { fingerprint, levelsStore } from './samples.ts';

vi.setConfig({ testTimeout: 60_000 });

const place = temporary();
let sound: string;
let entries: [string, string][];
/** The newest table of the store; LevelDB, closed while it merges, leaves newer ones lying. */
let newest: string;
let copies = 0;
beforeAll(async () => {
  sound = await levelsStore(join(place, 'sound'));
  entries = await levelEntries(sound);
  const tables = readLayout(sound).levels.flat();
  newest = basename(tables.reduce((a, b) => (a.number > b.number ? a : b)).path);
});

const named = (directory: string, pattern: RegExp): string =>
  readdirSync(directory)
    .filter((name) => pattern.test(name))
    .sort()
    .at(-1)!;

/** A copy with a byte of its newest table and all of CURRENT damaged. */
function damaged({ table = true } = {}): string {
  const copy = join(place, `copy${copies++}`);
  cpSync(sound, copy, { recursive: true });
  writeFileSync(join(copy, 'CURRENT'), '');
  if (!table) return copy;
  const path = join(copy, newest);
  const bytes = readFileSync(path);
  bytes[700]! ^= 0xff;
  writeFileSync(path, bytes);
  return copy;
}

test('what is whole is kept, what is not is named, and the old files stay', async () => {
  const store = damaged();
  const before = fingerprint(store);
  const { code, stdout, stderr } = await jump(['repair', store]);
  expect([code, stderr]).toEqual([4, '']);
  expect(stdout).toMatch(new RegExp(`^damaged  ${newest} at 659, 637 B: .*checksum`, 'm'));
  expect(stdout).toMatch(/^damaged {2}CURRENT: the name of a manifest/m);
  expect(stdout).toMatch(/^kept [\d,]+ keys; at least [\d,]+ entr(y|ies) lost/m);
  expect(stdout).toMatch(/^repaired .* into .*\.repaired; .* is as it was; \d\.\d s$/m);
  const found = new Map(await levelEntries(`${store}.repaired`));
  expect(stdout).toContain(`kept ${found.size.toLocaleString('en')} keys;`);
  expect(found.size).toBeGreaterThan(entries.length / 2);
  expect([...found].filter((entry) => !entries.some(([key]) => key === entry[0]))).toEqual([]);
  const after = fingerprint(store).filter((line) => !line.startsWith('LOCK'));
  expect(after).toEqual(before.filter((line) => !line.startsWith('LOCK')));
  expect((await jump(['verify', `${store}.repaired`])).code).toBe(0);
});

test('a dry run says the same, and writes nothing', async () => {
  const store = damaged();
  const before = [fingerprint(store), readdirSync(place)];
  const dry = await jump(['repair', store, '-n', '--json']);
  expect([fingerprint(store), readdirSync(place)]).toEqual(before);
  expect([dry.code, dry.stderr]).toEqual([4, '']);
  const told = await jump(['repair', store, '--dry-run']);
  expect(told.stdout).toMatch(/^would keep [\d,]+ keys; at least [\d,]+ entr/m);
  expect(told.stdout).not.toContain('repaired ');
  const real = await jump(['repair', store, '--json', '--into', join(place, 'chosen')]);
  const report = JSON.parse(real.stdout);
  expect(report).toMatchObject({ directory: join(place, 'chosen'), dryRun: false });
  expect({ ...JSON.parse(dry.stdout), dryRun: false }).toEqual({
    ...report,
    directory: `${store}.repaired`,
  });
  expect(report.files.map(({ name }: { name: string }) => name)).toContain('CURRENT');
});

test('in place the old files are in lost; where nothing is lost the exit code is 0', async () => {
  const store = damaged({ table: false });
  const { code, stdout } = await jump(['repair', store, '--in-place']);
  expect(code).toBe(0);
  expect(stdout).toContain(`kept ${entries.length.toLocaleString('en')} keys; nothing is lost\n`);
  expect(stdout).toContain(`repaired ${store} in place; its files are in ${join(store, 'lost')};`);
  expect(await levelEntries(store)).toEqual(entries);
  expect(readdirSync(join(store, 'lost'))).toContain('CURRENT');
});

test('--doubtful keep takes what is left, and warns', async () => {
  const reports = [];
  for (const doubtful of ['drop', 'keep']) {
    const { stdout } = await jump(['repair', damaged(), '--doubtful', doubtful, '--json']);
    reports.push(JSON.parse(stdout));
  }
  const [drop, keep] = reports;
  expect(keep.doubtful).toBe(0);
  expect(keep.kept).toBeGreaterThanOrEqual(drop.kept);
});

describe('an order of keys', () => {
  const key = (id: number): Uint8Array => Uint8Array.of(0, 0, 0, 0, 50, id);
  function ordered(): string {
    const store = join(place, `ordered${copies++}`);
    const options = { comparator: indexedDbComparator, keyEncoding: 'bytes' } as const;
    const db = open<Uint8Array, string>(store, options);
    for (let id = 0; id < 9; id++) db.set(key(id), `value ${id}`);
    db.close();
    return store;
  }

  test('is the one that a manifest names', async () => {
    const store = ordered();
    rmSync(join(store, 'CURRENT'));
    const { code, stdout } = await jump(['repair', store]);
    expect([code, stdout.includes('kept 9 keys; nothing is lost')]).toEqual([0, true]);
    expect((await jump(['count', `${store}.repaired`])).stdout.trim()).toBe('9');
  });

  test('can be told where none is left, and must be right where one is', async () => {
    const store = ordered();
    const wrong = await jump(['repair', store, '--order', 'leveldb.BytewiseComparator']);
    expect([wrong.code, wrong.stderr.includes('(JUMP_UNSUPPORTED)')]).toEqual([3, true]);
    rmSync(join(store, named(store, /^MANIFEST/)));
    const { code, stdout } = await jump(['repair', store, '--order', 'idb_cmp1']);
    expect([code, stdout.includes('kept 9 keys; nothing is lost')]).toEqual([0, true]);
    expect(stdout).toMatch(/^warning {2}No manifest says/m);
    expect((await jump(['count', `${store}.repaired`])).stdout.trim()).toBe('9');
  });
});

test('--compression none writes blocks as they are', async () => {
  const store = damaged({ table: false });
  const sizes = [];
  for (const kind of ['snappy', 'none']) {
    const into = join(place, `compression ${kind}`);
    expect((await jump(['repair', store, '--compression', kind, '--into', into])).code).toBe(0);
    sizes.push(JSON.parse((await jump(['stats', into, '--json'])).stdout).bytes ?? sizeOf(into));
  }
  expect(sizes[1]).toBeGreaterThan(1.5 * sizes[0]!);
});

function sizeOf(directory: string): number {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.ldb'))
    .reduce((sum, name) => sum + readFileSync(join(directory, name)).length, 0);
}

test('what cannot be done is told, and leaves nothing', async () => {
  const store = damaged();
  const nothing = await jump(['repair', join(place, 'nowhere')]);
  expect([nothing.code, nothing.stderr.includes('(JUMP_NOT_FOUND)')]).toEqual([3, true]);
  const both = await jump(['repair', store, '--in-place', '--into', 'x']);
  expect([both.code, both.stderr]).toEqual([2, 'jump: either --into or --in-place, not both\n']);
  expect((await jump(['repair', store, '--doubtful', 'perhaps'])).code).toBe(2);
  const taken = await jump(['repair', store, '--into', sound]);
  expect([taken.code, taken.stderr.includes('(JUMP_EXISTS)')]).toEqual([3, true]);
  const db = open(sound);
  const locked = await jump(['repair', sound]);
  db.close();
  expect([locked.code, locked.stderr.includes('(JUMP_LOCKED)')]).toEqual([3, true]);
  expect(existsSync(`${sound}.repaired`)).toBe(false);
});
