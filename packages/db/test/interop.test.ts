// Goal:   the files are LevelDB's, whoever wrote them.
// Method: random histories in which JumpDB and LevelDB (classic-level, in a process of its own)
//         take turns on one directory, both reading all of it at each change; then single cases.
// More:   INTEROP_HISTORIES=5000 SEED=random npx vitest run packages/db/test/interop
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { full, leveled, tiered } from '@jump/compaction';
import { chosenSeed, Random } from '@jump/testkit';
import { afterAll, expect, test } from 'vitest';
import { open, openReadOnly } from '../src/index.ts';
import { type InteropCounts, InteropHistory } from './interop-history.ts';
import { Level } from './level.ts';

const HISTORIES = Number(process.env['INTEROP_HISTORIES'] ?? 200);
const temporary = fs.mkdtempSync(path.join(tmpdir(), 'jumpdb-interop-'));
const level = new Level();
afterAll(() => {
  level.end();
  fs.rmSync(temporary, { recursive: true, force: true });
});

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const entry = (i: number): [string, string] => [`key${String(i).padStart(5, '0')}`, `value ${i}`];

test('LevelDB and JumpDB take turns on one directory', { timeout: 1e8 }, async () => {
  const seed = chosenSeed();
  const counts: InteropCounts = {
    turns: 0,
    flushes: 0,
    merges: 0,
    edges: 0,
    kills: 0,
    filterHits: 0,
  };
  for (let i = 0; i < HISTORIES; i++) {
    const own = seed + i;
    const directory = path.join(temporary, `history${own}`);
    try {
      await new InteropHistory(new Random(own), level, directory, counts).run();
    } catch (error) {
      if (error instanceof Error) {
        error.message += `\nrepeat with SEED=${own} INTEROP_HISTORIES=1`;
      }
      throw error;
    }
    for (const name of fs.readdirSync(temporary)) {
      fs.rmSync(path.join(temporary, name), { recursive: true });
    }
  }
  console.log(`interop, seed ${seed}: ${JSON.stringify(counts)}`);
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(HISTORIES / 20);
});

test.each([
  ['leveled', leveled({ l0Trigger: 2 })],
  ['tiered', tiered()],
  ['full', full({ mergeThreshold: 3 })],
])(
  'LevelDB reads what the strategy %s leaves in deep levels',
  { timeout: 120_000 },
  async (name, compaction) => {
    const directory = path.join(temporary, name);
    const options = { compaction, memtableSize: 4096, tableSize: 4096, filter: 'leveldb' } as const;
    const db = open(directory, options);
    for (let i = 0; i < 2000; i++) {
      db.set(...entry((i * 7919) % 1000));
      if (i % 50 === 0) await new Promise(setImmediate);
    }
    await db.flush();
    const { levels } = db.stats();
    expect(levels.slice(1).some(({ files }) => files > 0)).toBe(true);
    db.close();
    await level.open(directory);
    expect(await level.read([text('nothing')])).toHaveLength(1000);
    await level.compact();
    await level.close();
    const again = open(directory, options);
    expect([...again.entries()]).toEqual(Array.from({ length: 1000 }, (_, i) => entry(i)));
    again.close();
  },
);

test('uses the bloom filters of tables that LevelDB wrote', { timeout: 120_000 }, async () => {
  const directory = path.join(temporary, 'filters');
  await level.open(directory);
  const set = (i: number) => ({ type: 'set', key: text(entry(i)[0]), value: text('v') }) as const;
  await level.write([Array.from({ length: 3000 }, (_, i) => set(2 * i))]);
  await level.compact();
  await level.close();
  for (const db of [openReadOnly(directory), open(directory, { filter: 'none' })]) {
    for (let i = 0; i < 3000; i++) expect(db.has(entry(2 * i + 1)[0])).toBe(false);
    for (let i = 0; i < 3000; i += 100) expect(db.has(entry(2 * i)[0])).toBe(true);
    if ('stats' in db) {
      const { hits, falsePositives } = db.stats().filter;
      expect(hits + falsePositives).toBeGreaterThan(2900);
      expect(falsePositives).toBeLessThan(100);
    }
    db.close();
  }
});

test('reads and merges tables that are named .sst, as LevelDB before 1.14 did', {
  timeout: 120_000,
}, async () => {
  const directory = path.join(temporary, 'sst');
  await level.open(directory);
  const set = (i: number) => ({ type: 'set', key: text(entry(i)[0]), value: text('v') }) as const;
  await level.write([Array.from({ length: 500 }, (_, i) => set(i))]);
  await level.compact();
  await level.close();
  const tables = fs.readdirSync(directory).filter((name) => name.endsWith('.ldb'));
  expect(tables.length).toBeGreaterThan(0);
  for (const name of tables) {
    const old = name.replace('.ldb', '.sst');
    fs.renameSync(path.join(directory, name), path.join(directory, old));
  }
  const reader = openReadOnly(directory);
  expect([...reader.keys()]).toHaveLength(500);
  reader.close();
  const db = open(directory);
  expect(db.get(entry(77)[0])).toBe('v');
  db.delete(entry(77)[0]);
  await db.compact();
  expect(fs.readdirSync(directory).filter((name) => name.endsWith('.sst'))).toEqual([]);
  db.close();
  await level.open(directory);
  expect(await level.read([text(entry(77)[0])])).toHaveLength(499);
  await level.close();
});
