// Goal:   load() leaves a store with exactly what it was given on top of what it had, in order in
//         its levels, or it leaves the store as it was.
// More:   what a failing disk and a power loss leave: load-faults.test.ts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { full, leveled, tiered } from '@jump/compaction';
import { load, memoryVfs, open, type Vfs } from '@jump/db';
import { Random } from '@jump/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { contents, filled, read, SMALL } from './checkpoint-store.ts';
import { checkDirectory } from './invariants.ts';
import { Level, showEntry } from './level.ts';
import { temporary } from './temporary.ts';
import { reversed } from './variants.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const level = new Level();
afterAll(() => level.end());

type Pair = [string, string];
const pairs = (count: number, from = 0): Pair[] =>
  Array.from({ length: count }, (_, i) => [`key${String(i + from).padStart(6, '0')}`, `v${i}`]);
const levelsOf = (vfs: Vfs, path = 'db'): number[] => {
  const db = open(path, { ...SMALL, vfs, compaction: tiered({ l0Trigger: 1000, stop: 1000 }) });
  try {
    return db.stats().levels.map(({ files }) => files);
  } finally {
    db.close();
  }
};

describe('a new store', () => {
  test('of sorted entries: one run, written once, in one level, with filters', async () => {
    const vfs = memoryVfs();
    const report = await load('db', pairs(2000), { ...SMALL, vfs });
    expect(report).toMatchObject({ entries: 2000, runs: 1 });
    expect(report.tables).toBeGreaterThan(3);
    checkDirectory(vfs, 'db');
    expect(levelsOf(vfs)).toEqual([0, report.tables, 0, 0, 0, 0, 0]);
    expect(read(vfs, 'db')).toEqual(pairs(2000));
    const db = open('db', { ...SMALL, vfs });
    expect(db.stats().sequence).toBe(2000);
    expect(db.get('key000000x')).toBeUndefined();
    expect(db.stats().filter.hits).toBe(1);
    db.close();
  });

  test('of entries in any order, some given twice: the last one stays', async () => {
    for (let seed = 1; seed <= 2; seed++) {
      const random = new Random(seed);
      const given = Array.from(
        { length: 3000 },
        (_, i): Pair => [
          `key${random.integer(0, 1500)}`,
          `${i} ${'.'.repeat(random.integer(0, 60))}`,
        ],
      );
      const vfs = memoryVfs();
      const report = await load('db', given, { ...SMALL, vfs });
      expect(report.entries).toBe(3000);
      expect(report.runs).toBeGreaterThan(3);
      checkDirectory(vfs, 'db');
      const wanted = [...new Map(given)].sort(([a], [b]) => (a < b ? -1 : 1));
      expect(read(vfs, 'db')).toEqual(wanted);
    }
  });

  test('of runs that share a key at their ends: the last one stays', async () => {
    const vfs = memoryVfs();
    const [first, second] = [pairs(500), pairs(500, 499)];
    await load('db', [...first, ...second], { ...SMALL, vfs });
    checkDirectory(vfs, 'db');
    expect(read(vfs, 'db')).toEqual([...first.slice(0, -1), ...second]);
  });

  test('of nothing is a store of nothing; an empty key and a large value have their place', async () => {
    const vfs = memoryVfs();
    expect(await load('db', [], { vfs })).toEqual({ entries: 0, tables: 0, bytes: 0, runs: 0 });
    expect(read(vfs, 'db')).toEqual([]);
    const given: Pair[] = [
      ['', ''],
      ['large', 'x'.repeat(100_000)],
    ];
    await load('other', given, { ...SMALL, vfs });
    expect(read(vfs, 'other')).toEqual(given);
    checkDirectory(vfs, 'other');
  });

  test('takes what comes over time, in the encodings of the store', async () => {
    const vfs = memoryVfs();
    async function* later(): AsyncGenerator<[Uint8Array, { n: number }]> {
      for (let n = 0; n < 300; n++) {
        if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
        yield [Uint8Array.of(n >> 8, n & 255), { n }];
      }
    }
    const options = { vfs, keyEncoding: 'bytes', valueEncoding: 'json' } as const;
    const seen: number[] = [];
    await load('db', later(), { ...options, onProgress: ({ entries }) => seen.push(entries) });
    expect(seen).toEqual([128, 256, 300]);
    const db = open<Uint8Array, { n: number }>('db', options);
    expect([...db.values()].map(({ n }) => n)).toEqual(Array.from({ length: 300 }, (_, n) => n));
    db.close();
  });

  test('in an order of one’s own', async () => {
    const vfs = memoryVfs();
    const options = { ...SMALL, vfs, comparator: reversed };
    await load('db', pairs(1000).reverse(), options);
    checkDirectory(vfs, 'db', reversed);
    const db = open('db', options);
    expect(contents(db)).toEqual(pairs(1000).reverse());
    db.close();
  });

  test('is one that LevelDB reads and goes on with', { timeout: 60_000 }, async () => {
    const directory = join(temporary(), 'db');
    await load(directory, pairs(5000), { ...SMALL, filter: 'leveldb' });
    await level.open(directory);
    expect(await level.read()).toEqual(
      pairs(5000).map(([key, value]) => showEntry(Buffer.from(key), Buffer.from(value))),
    );
    await level.close();
  });
});

describe('a store that is there', () => {
  test.each([
    ['leveled', leveled({ l0Trigger: 2 })],
    ['tiered', tiered()],
    ['full', full()],
  ])('keeps what it has, under what is given (%s)', { timeout: 60_000 }, async (_, compaction) => {
    for (let seed = 1; seed <= 2; seed++) {
      const random = new Random(seed);
      const vfs = memoryVfs();
      const options = { ...SMALL, vfs, compaction };
      const db = await filled(open('db', options));
      const wanted = new Map(contents(db));
      db.close();
      for (let round = 0; round < 5; round++) {
        const start = random.integer(0, 300);
        const given = Array.from(
          { length: random.integer(1, 400) },
          (_, i): Pair => [
            `key${random.chance(0.5) ? start + i : random.integer(0, 600)}`,
            `loaded in ${round}, ${i}`,
          ],
        );
        await load('db', given, options);
        for (const [key, value] of given) wanted.set(key, value);
        checkDirectory(vfs, 'db');
        const again = open('db', options);
        again.delete(given[0]![0]);
        wanted.delete(given[0]![0]);
        if (random.chance(0.5)) await again.compact();
        again.close();
        const sorted = [...wanted].sort(([a], [b]) =>
          Buffer.compare(Buffer.from(a), Buffer.from(b)),
        );
        expect(read(vfs, 'db', { compaction })).toEqual(sorted);
      }
    }
  });

  test('what overlaps nothing lies beside it, not above', async () => {
    const vfs = memoryVfs();
    await load('db', pairs(500), { ...SMALL, vfs });
    const { tables } = await load('db', pairs(500, 500), { ...SMALL, vfs });
    expect(tables).toBeGreaterThan(1);
    const [level0, level1] = levelsOf(vfs);
    expect([level0, level1! > tables]).toEqual([0, true]);
    await load('db', pairs(1, 250), { ...SMALL, vfs });
    expect(levelsOf(vfs)[0]).toBe(1);
    expect(read(vfs, 'db')).toEqual(
      pairs(1000).map(([key], i) => [key, i === 250 ? 'v0' : `v${i % 500}`]),
    );
  });

  test('is refused while somebody has it open', async () => {
    const vfs = memoryVfs();
    const db = open('db', { vfs });
    await expect(load('db', pairs(1), { vfs })).rejects.toEqual(code('JUMP_LOCKED'));
    db.close();
    await expect(load('db', pairs(1), { vfs, errorIfExists: true })).rejects.toEqual(
      code('JUMP_EXISTS'),
    );
  });
});

describe('given up', () => {
  const attempts: [string, (vfs: Vfs) => Promise<unknown>, object][] = [
    [
      'by its signal',
      (vfs) => {
        const stop = new AbortController();
        const onProgress = ({ entries }: { entries: number }) => {
          if (entries > 1000) stop.abort(new Error('enough'));
        };
        async function* slowly(): AsyncGenerator<Pair> {
          for (const pair of pairs(100_000)) {
            if (pair[0].endsWith('00')) await new Promise((resolve) => setTimeout(resolve, 1));
            yield pair;
          }
        }
        return load('db', slowly(), { ...SMALL, vfs, signal: stop.signal, onProgress });
      },
      { message: 'enough' },
    ],
    [
      'by its signal, at which the source just ends',
      (vfs) => {
        const stop = new AbortController();
        function* ending(): Generator<Pair> {
          yield* pairs(10);
          stop.abort(new Error('enough'));
        }
        return load('db', ending(), { ...SMALL, vfs, signal: stop.signal });
      },
      { message: 'enough' },
    ],
    [
      'by an entry that is none',
      (vfs) => load('db', [...pairs(1000), ['k', 5] as unknown as Pair], { ...SMALL, vfs }),
      { message: 'value must be a string, got number 5 (at the key "k")' },
    ],
    [
      'by something that is no entry',
      (vfs) => load('db', [...pairs(1000), 'no' as unknown as Pair], { ...SMALL, vfs }),
      { message: 'an entry must be an array [key, value], got string "no"' },
    ],
    [
      'by what gives the entries',
      (vfs) =>
        load(
          'db',
          (function* () {
            yield* pairs(1000);
            throw new Error('the source broke');
          })(),
          { ...SMALL, vfs },
        ),
      { message: 'the source broke' },
    ],
  ];

  test.each(attempts)('%s: no store where there was none', async (_, attempt, error) => {
    const vfs = memoryVfs();
    await expect(attempt(vfs)).rejects.toEqual(expect.objectContaining(error));
    expect(vfs.stat('db')).toBeUndefined();
  });

  test.each(attempts)('%s: a store that was there is as it was', async (_, attempt, error) => {
    const vfs = memoryVfs();
    const db = await filled(open('db', { ...SMALL, vfs }));
    const before = contents(db);
    db.close();
    await expect(attempt(vfs)).rejects.toEqual(expect.objectContaining(error));
    checkDirectory(vfs, 'db');
    expect(read(vfs, 'db')).toEqual(before);
  });

  test('before it began', async () => {
    const vfs = memoryVfs();
    const signal = AbortSignal.abort(new Error('not at all'));
    await expect(load('db', pairs(1), { vfs, signal })).rejects.toThrow('not at all');
    expect(vfs.stat('db')).toBeUndefined();
  });
});

test('wrong calls are told as such, and make nothing', async () => {
  const vfs = memoryVfs();
  const wrong: [() => Promise<unknown>, string][] = [
    [() => load(undefined as unknown as string, []), 'path must be a string, got undefined'],
    [() => load(':memory:', []), 'path must name a directory'],
    [() => load('db', 'text' as unknown as Pair[], { vfs }), 'entries must be an iterable'],
    [() => load('db', 5 as unknown as Pair[], { vfs }), 'entries must be an iterable'],
    [() => load('db', [], null as unknown as object), 'options must be an object, got null'],
    [() => load('db', [], { vfs, onProgress: 1 as unknown as () => void }), 'onProgress must be'],
    [() => load('db', [], { vfs, signal: {} as AbortSignal }), 'signal must be an AbortSignal'],
    [() => load('db', [], { vfs, sorted: true } as object), 'unknown option "sorted"'],
    [() => load('db', [], { vfs, createIfMissing: false }), 'no store is there'],
  ];
  for (const [call, message] of wrong) await expect(call()).rejects.toThrow(message);
  expect(vfs.stat('db')).toBeUndefined();
});

test('a directory of something else is left alone', async () => {
  const directory = temporary();
  const file = join(directory, 'notes.txt');
  writeFileSync(file, 'mine');
  await expect(load(directory, pairs(1))).rejects.toEqual(code('JUMP_EXISTS'));
  await expect(load(file, pairs(1))).rejects.toEqual(code('JUMP_IO'));
});
