// Goal:   whatever is done in whatever order, the adapter does as a Map does whose entries expire.
// Method: a random history, the same on both, over namespaces and keys that look alike, with time
//         that passes, sweeps, and a store that is opened again and again; looked at from outside,
//         too: every entry that expires has its expiry and no other, and after a sweep nothing
//         that has expired is in the store.
import { type JumpDB, memoryVfs, open } from '@jump/db';
import { KeyvJump } from '@jump/keyv';
import { type Random, seeded } from '@jump/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkExpiries, keysOf } from './store.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const NAMESPACES = ['', 'a', 'a:b', 'b'];
const KEYS = ['x', 'y', 'a:x', 'b:x', 'a:b:x', '@', '\ud800', ''];
const TTLS = [undefined, 0, 1, 10, 10, 50, 200, -5];

/** Key to value and the time at which it ends. */
class ExpiringMap {
  readonly #map = new Map<string, { value: string; end: number }>();

  set(key: string, value: string, ttl: number | undefined): void {
    const end = ttl === undefined || ttl === 0 ? Number.POSITIVE_INFINITY : Date.now() + ttl;
    this.#map.set(key, { value, end });
  }

  get(key: string): string | undefined {
    const found = this.#map.get(key);
    return found !== undefined && found.end > Date.now() ? found.value : undefined;
  }

  delete(key: string): boolean {
    const had = this.get(key) !== undefined;
    this.#map.delete(key);
    return had;
  }

  clear(): void {
    this.#map.clear();
  }

  entries(): Map<string, string> {
    const live = [...this.#map].filter(([key]) => this.get(key) !== undefined);
    return new Map(live.map(([key, { value }]) => [key, value]));
  }
}

/** One namespace, on both sides. */
interface Side {
  readonly adapter: KeyvJump;
  readonly map: ExpiringMap;
}

/** Does one thing to both, and compares what they say. */
async function step(random: Random, { adapter, map }: Side): Promise<void> {
  const keys = Array.from({ length: random.integer(1, 4) }, () => random.pick(KEYS));
  const key = keys[0]!;
  switch (random.integer(0, 9)) {
    case 0:
      expect(await adapter.getMany(keys)).toEqual(keys.map((one) => map.get(one)));
      break;
    case 1:
      expect(await adapter.delete(key)).toBe(map.delete(key));
      break;
    case 2: {
      const found = keys.map((one) => map.delete(one));
      expect(await adapter.deleteMany(keys)).toBe(found.includes(true));
      break;
    }
    case 3: {
      const entries = keys.map((one) => ({
        key: one,
        value: `many ${random.bits()}`,
        ttl: random.pick(TTLS),
      }));
      for (const { key, value, ttl } of entries) map.set(key, value, ttl);
      await adapter.setMany(entries);
      break;
    }
    case 4:
      expect(await adapter.hasMany(keys)).toEqual(keys.map((one) => map.get(one) !== undefined));
      break;
    case 5:
      if (!random.chance(0.2)) break;
      map.clear();
      await adapter.clear();
      break;
    default: {
      const [value, ttl] = [`one ${random.bits()}`, random.pick(TTLS)];
      map.set(key, value, ttl);
      expect(await adapter.set(key, value, ttl)).toBe(true);
    }
  }
}

async function compareAll({ adapter, map }: Side): Promise<void> {
  const found = new Map<string, string>();
  for await (const [key, value] of adapter.iterator()) found.set(key, value);
  expect(found).toEqual(map.entries());
  for (const key of KEYS) {
    expect(await adapter.get(key)).toBe(map.get(key));
    expect(await adapter.has(key)).toBe(map.get(key) !== undefined);
  }
}

test(
  'does as a Map does whose entries expire',
  { timeout: 60_000 },
  seeded(async (random) => {
    const vfs = memoryVfs();
    const maps = NAMESPACES.map(() => new ExpiringMap());
    let db: JumpDB;
    let sides: Side[];
    const reopen = (): void => {
      // Small, so that entries come out of tables, too.
      db = open('store', { vfs, memtableSize: 4096, background: 'inline' });
      sides = NAMESPACES.map((namespace, i) => ({
        adapter: new KeyvJump(db, { namespace, sweepInterval: 0 }),
        map: maps[i]!,
      }));
    };
    reopen();
    for (let i = 0; i < 3000; i++) {
      await step(random, random.pick(sides!));
      if (random.chance(0.3)) vi.setSystemTime(Date.now() + random.skewed(100));
      if (random.chance(0.02)) {
        await random.pick(sides!).adapter.sweep();
        const { expiries } = keysOf(db!);
        const times = expiries.map((key) => Number(/@(\d{16})/.exec(key)![1]));
        expect(times.filter((time) => time <= Date.now())).toEqual([]);
      }
      if (random.chance(0.02)) for (const side of sides!) await compareAll(side);
      if (random.chance(0.02)) checkExpiries(db!);
      if (random.chance(0.005)) {
        db!.close();
        reopen();
      }
    }
    for (const side of sides!) await compareAll(side);
    vi.setSystemTime(Date.now() + 1000);
    await sides![0]!.adapter.sweep();
    checkExpiries(db!);
    const live = maps.reduce((sum, map) => sum + map.entries().size, 0);
    expect(keysOf(db!).entries.length).toBe(live);
    db!.close();
  }),
);
