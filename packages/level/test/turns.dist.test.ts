// Goal:   whoever walks over a large store keeps nobody waiting, and can be stopped.
// Method: each way to read 5,000 entries, beside callbacks that count the turns of the event loop.
import { JumpLevel } from '@jump/level';
import { describe, expect, test } from 'vitest';

describe('a long way over a store', () => {
  const entries = 5000;
  async function filled(): Promise<JumpLevel> {
    const db = new JumpLevel(':memory:');
    await db.batch(Array.from({ length: entries }, (_, i) => put(String(i))));
    return db;
  }
  const put = (key: string) => ({ type: 'put' as const, key, value: 'value' });
  type Way = (db: JumpLevel, signal?: AbortSignal) => Promise<number>;
  const ways: [string, Way][] = [
    ['all()', async (db, signal) => (await db.iterator({ signal } as object).all()).length],
    [
      'a loop',
      async (db, signal) => {
        let count = 0;
        for await (const _ of db.values({ signal } as object)) count++;
        return count;
      },
    ],
    [
      'nextv()',
      async (db, signal) => {
        const keys = db.keys({ signal } as object);
        let count = 0;
        for (let more = 1; more > 0; count += more) more = (await keys.nextv(1000)).length;
        return count;
      },
    ],
  ];

  test.each(ways)('lets others have a turn: %s', async (_, walk) => {
    const db = await filled();
    let turns = 0;
    let counting = setImmediate(function count() {
      turns++;
      counting = setImmediate(count);
    });
    expect(await walk(db)).toBe(entries);
    clearImmediate(counting);
    expect(turns).toBeGreaterThanOrEqual(4);
    await db.close();
  });

  test.each(ways)('and so can be given up: %s', async (_, walk) => {
    const db = await filled();
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    await expect(walk(db, controller.signal)).rejects.toMatchObject({ code: 'LEVEL_ABORTED' });
    await db.close();
  });
});
