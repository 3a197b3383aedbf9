// Goal:   what the contract says of compaction strategies: ours, a user's, and broken ones.
// Method: one test a strategy and a fault.
import { type CompactionStrategy, full, leveled, open, tiered } from '@jump/db';
import { describe, expect, test } from 'vitest';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('compaction', () => {
  test.each([leveled(), tiered(), full()])(
    '$name keeps the number of tables down',
    async (strategy) => {
      const db = open(undefined, { compaction: strategy, memtableSize: 1024 });
      for (let i = 0; i < 2000; i++) db.set(`k${i % 100}`, `${i}`.repeat(20));
      await db.flush();
      await db.drain();
      expect(db.stats().levels[0]?.files).toBeLessThanOrEqual(strategy.level0.stop);
      await db.compact();
      const runs = db.stats().levels.filter((level) => level.files > 0);
      expect(runs.length).toBe(1);
      for (let i = 1900; i < 2000; i++) expect(db.get(`k${i % 100}`)).toBe(`${i}`.repeat(20));
      db.close();
    },
  );

  test('mergeThreshold sets how many tables full() merges', async () => {
    for (const mergeThreshold of [2, 6]) {
      const reasons: string[] = [];
      const db = open(undefined, {
        compaction: full(),
        mergeThreshold,
        onEvent: (event) => void (event.type === 'compaction' && reasons.push(event.reason)),
      });
      for (let i = 1; i <= 5; i++) {
        db.set(`k${i}`, 'v');
        await db.flush();
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      expect(reasons.length > 0).toBe(mergeThreshold === 2);
      db.close();
    }
  });

  test("an object of the user's", async () => {
    let asked = 0;
    const mine: CompactionStrategy = {
      ...leveled(),
      withMergeThreshold: undefined as never,
      name: 'mine',
      pick: () => {
        asked++;
        return undefined;
      },
    };
    const db = open(undefined, { compaction: mine, memtableSize: 1024 });
    for (let i = 0; i < 30; i++) db.set(`k${i}`, 'x'.repeat(100));
    await db.flush();
    expect(asked).toBeGreaterThan(0);
    await db.compact();
    expect([...db.keys()]).toHaveLength(30);
    expect(() => open(undefined, { compaction: mine, mergeThreshold: 3 })).toThrow(TypeError);
    db.close();
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('of the strategy');
      },
      /of the strategy/,
    ],
    ['picks nonsense', () => ({ inputs: [] }), /not a pick/],
    [
      'writes to level 0',
      ({ levels: [level0 = []] }: { levels: readonly (readonly unknown[])[] }) =>
        level0.length === 0
          ? undefined
          : {
              inputs: [{ level: 0, tables: level0 }],
              outputLevel: 0,
              reason: '',
              trivialMove: false,
            },
      /refused/,
    ],
  ])('a strategy that %s halts merging, loses nothing, and says so', async (_, pick, message) => {
    const broken = { ...leveled(), name: 'broken', pick: pick as never };
    const db = open(undefined, { compaction: broken, memtableSize: 1024 });
    for (let i = 0; i < 40; i++) db.set(`k${i}`, 'x'.repeat(100));
    await db.flush();
    expect(db.stats().backgroundErrors.join()).toMatch(message);
    expect([...db.keys()]).toHaveLength(40);
    await expect(db.compact()).rejects.toThrow(message);
    db.close();
  });

  test('a strategy that never merges makes writers fail at the limit, not wait for ever', () => {
    const db = open(undefined, {
      compaction: { ...leveled({ stop: 4 }), pick: () => undefined },
      memtableSize: 1024,
    });
    const fill = () => {
      for (let i = 0; i < 1000; i++) db.set(`k${i}`, 'x'.repeat(100));
    };
    expect(fill).toThrow(code('JUMP_IO'));
    expect(fill).toThrow(/level 0|no room/);
    expect(db.get('k0')).toBe('x'.repeat(100));
    db.close();
  }, 20_000);
});
