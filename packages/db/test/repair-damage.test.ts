// Goal:   whatever byte of a store is damaged, repair makes a sound store: nothing in it that was
//         never written, nothing that was deleted, everything that is whole.
// Method: small stores of our own and of LevelDB, in memory; bytes of each file changed, each file
//         cut; the repaired store is opened and compared with the model, a share by LevelDB too.
// More:   REPAIR_EVERY=1 npx vitest run packages/db/test/repair-damage     every byte, every length
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryVfs, type OpenOptions, open, type RepairReport, repair, type Vfs } from '@jump/db';
import { chosenSeed, Random } from '@jump/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DIRECTORY, diskOf, type Files, filesOf, filesOnDisk, flipped } from './disk-files.ts';
import { checkDirectory } from './invariants.ts';
import { Level, showEntry } from './level.ts';
import { temporary } from './temporary.ts';

vi.setConfig({ testTimeout: 1e7 });

/** One byte, and one length, in so many is damaged. */
const EVERY = Number(process.env['REPAIR_EVERY'] ?? 23);
const TARGET = `${DIRECTORY}.repaired`;
const SMALL: OpenOptions = { memtableSize: 1024, tableSize: 1024, blockSize: 200, cacheSize: 0 };
const level = new Level();
const directory = temporary();
afterAll(() => level.end());

/** A closed store, and everything that was ever written to it. */
interface Written {
  readonly files: Files;
  /** What it holds. */
  readonly expected: ReadonlyMap<string, string>;
  /** Every value that each key ever had. */
  readonly ever: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Writes rounds that overwrite and delete what earlier ones wrote; `end` ends each of them. */
async function write(
  set: (key: string, value: string) => unknown,
  remove: (key: string) => unknown,
  end: (round: number) => unknown,
): Promise<Pick<Written, 'expected' | 'ever'>> {
  const expected = new Map<string, string>();
  const ever = new Map<string, Set<string>>();
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 16; i++) {
      const key = `key${(i * (round + 1) * 7) % 40}`;
      const value = `round ${round} of ${i}`;
      expected.set(key, value);
      ever.set(key, (ever.get(key) ?? new Set()).add(value));
      await set(key, value);
    }
    for (let i = 0; i < 4; i++) {
      const key = `key${(i * 11 + round * 3) % 40}`;
      expected.delete(key);
      await remove(key);
    }
    await end(round);
  }
  return { expected, ever };
}

async function ours(options: OpenOptions = {}): Promise<Written> {
  const vfs = memoryVfs();
  const db = open(DIRECTORY, { ...SMALL, ...options, vfs });
  const written = await write(
    (key, value) => db.set(key, value),
    (key) => db.delete(key),
    async (round) => {
      if (round < 4) await db.flush();
      if (round === 2) await db.compact();
      db.handOver();
    },
  );
  db.close();
  return { files: filesOf(vfs), ...written };
}

async function theirs(): Promise<Written> {
  const path = join(directory, 'theirs');
  await level.open(path, { blockSize: 200 });
  const bytes = (text: string) => new TextEncoder().encode(text);
  const written = await write(
    (key, value) => level.write([[{ type: 'set', key: bytes(key), value: bytes(value) }]]),
    (key) => level.write([[{ type: 'delete', key: bytes(key) }]]),
    async (round) => {
      if (round === 1) await level.compact();
      if (round === 4) return;
      await level.close();
      await level.open(path, { blockSize: 200 });
    },
  );
  await level.close();
  const files = filesOnDisk(path);
  for (const name of ['LOCK', 'LOG', 'LOG.old']) files.delete(name);
  return { files, ...written };
}

/** Repairs, opens what came out, and checks it. */
async function repaired(vfs: Vfs, where: string): Promise<[Map<string, string>, RepairReport]> {
  const report = await repair(DIRECTORY, { vfs });
  const losses: unknown[] = [];
  const onEvent = ({ type }: { type: string }) => {
    if (type === 'recoveryLoss' || type === 'error') losses.push(type);
  };
  const db = open(TARGET, { ...SMALL, vfs, createIfMissing: false, onEvent });
  const found = new Map(db.entries());
  const wrong = [...found].filter(([key, value]) => db.get(key) !== value);
  db.close();
  checkDirectory(vfs, TARGET);
  expect([...wrong, ...losses], where).toEqual([]);
  expect(report.kept, where).toBe(found.size);
  return [found, report];
}

/** What must not be: values that were never written. */
function strangers(found: ReadonlyMap<string, string>, { ever }: Written): string[] {
  return [...found].filter(([key, value]) => !ever.get(key)?.has(value)).map(([key]) => key);
}

/** What must not be unless a log was damaged: older versions, and deleted keys. */
function stale(found: ReadonlyMap<string, string>, { expected }: Written): string[] {
  return [...found].filter(([key, value]) => expected.get(key) !== value).map(([key]) => key);
}

/** Checks one damaged store; `name` is the file that was damaged. */
async function check(
  written: Written,
  vfs: Vfs,
  name: string,
  where: string,
): Promise<RepairReport> {
  const { expected } = written;
  const [found, report] = await repaired(vfs, where);
  expect(strangers(found, written), where).toEqual([]);
  if (!name.endsWith('.log')) expect(stale(found, written), where).toEqual([]);
  if (!/\.(log|ldb)$/.test(name)) expect(found, where).toEqual(expected);
  const same = found.size === expected.size && stale(found, written).length === 0;
  if (report.dropped === 0) expect(same, where).toBe(true);
  return report;
}

describe.each([
  ['of ours', () => ours()],
  [
    "of ours with LevelDB's filter and no compression",
    () => ours({ filter: 'leveldb', compression: 'none' }),
  ],
  ["of LevelDB's", () => theirs()],
])('a store %s', (kind, make) => {
  let written: Written;
  let tables: string[];
  beforeAll(async () => {
    written = await make();
    tables = [...written.files.keys()].filter((name) => name.endsWith('.ldb'));
  });

  test('that is whole comes back as it is', async () => {
    const report = await check(written, diskOf(written.files), '', kind);
    expect(report).toMatchObject({ dropped: 0, strategy: 'manifest', warnings: [] });
    expect(report.files.map(({ state }) => state)).toEqual(report.files.map(() => 'whole'));
    expect(tables.length).toBeGreaterThan(1);
  });

  test('survives a change of any byte', async () => {
    const random = new Random(chosenSeed());
    let damaged = 0;
    for (const [name, bytes] of written.files) {
      for (let at = random.integer(0, EVERY - 1); at < bytes.length; at += EVERY) {
        const mask = random.pick([0x01, 0x80, 0xff, random.integer(1, 255)]);
        const vfs = diskOf(written.files, { [name]: flipped(bytes, at, mask) });
        const where = `${name} at ${at} ^ ${mask}`;
        const report = await check(written, vfs, name, where);
        if (report.files.some(({ state }) => state === 'damaged')) damaged++;
        if (random.chance(0.03)) await checkWithLevel(written, vfs, where);
      }
    }
    // The rest is padding, or in blocks that mean nothing to a repair.
    expect(damaged).toBeGreaterThan((0.9 * sizeOf(written.files)) / EVERY - 20);
  });

  test('survives a cut anywhere', async () => {
    const random = new Random(chosenSeed());
    for (const [name, bytes] of written.files) {
      for (let size = random.integer(0, EVERY - 1); size < bytes.length; size += EVERY) {
        const vfs = diskOf(written.files, { [name]: bytes.slice(0, size) });
        const [found, report] = await repaired(vfs, `${name} cut to ${size}`);
        const where = `${name} cut to ${size} ${JSON.stringify(report)}`;
        expect(strangers(found, written), where).toEqual([]);
        // A table that is cut has lost its filter, so that nothing tells; but that is told.
        const wrong = stale(found, written).length > 0;
        if (wrong && !name.endsWith('.log')) expect(report.warnings, where).not.toEqual([]);
        if (!/\.(log|ldb)$/.test(name)) expect(found, where).toEqual(written.expected);
        else if (found.size < written.expected.size && name.endsWith('.ldb')) {
          expect(report.dropped, where).toBeGreaterThan(0);
        }
        if (random.chance(0.03)) await checkWithLevel(written, vfs, where);
      }
    }
  });

  test('survives the loss of any file', async () => {
    for (const name of written.files.keys()) {
      const vfs = diskOf(written.files, { [name]: undefined });
      const [found, report] = await repaired(vfs, `without ${name}`);
      expect(strangers(found, written), name).toEqual([]);
      if (!/\.(log|ldb)$/.test(name)) expect(found, name).toEqual(written.expected);
      else if (name.endsWith('.ldb')) expect(report.dropped, name).toBeGreaterThan(0);
      await checkWithLevel(written, vfs, `without ${name}`);
    }
  });
});

function sizeOf(files: Files): number {
  return [...files.values()].reduce((sum, { length }) => sum + length, 0);
}

let copies = 0;

/** Has LevelDB open what was repaired, and compares. */
async function checkWithLevel({ ever }: Written, vfs: Vfs, where: string): Promise<void> {
  const path = join(directory, `copy${copies++}`);
  mkdirSync(path);
  for (const [name, bytes] of filesOf(vfs, TARGET)) {
    if (!name.startsWith('LOCK')) writeFileSync(join(path, name), bytes);
  }
  const db = open(TARGET, { ...SMALL, vfs });
  const bytes = (text: string) => new TextEncoder().encode(text);
  const expected = [...db.entries()];
  db.close();
  await level.open(path);
  const shown = expected.map(([key, value]) => showEntry(bytes(key), bytes(value)));
  const gone = [...ever.keys()].filter((key) => !new Map(expected).has(key)).map(bytes);
  expect(await level.read(gone), where).toEqual(shown);
  // It goes on with it, too: new entries are newer than all that is there.
  await level.write([
    [...ever.keys()].map((key) => ({ type: 'delete', key: bytes(key) }) as const),
  ]);
  expect(await level.read(), where).toEqual([]);
  await level.close();
}
