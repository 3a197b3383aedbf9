// Goal:   nobody notices that a loop over an iterator reads ahead, but by the time it takes.
// Method: loops that also use the iterator by itself, at random, beside the same loops by
//         abstract-level's own generator, which reads entry by entry: the same must come of them.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JumpLevel, type LevelIterator } from '@jump/level';
import { AbstractIterator } from 'abstract-level';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'jump-level-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ENTRIES = 2000;
const key = (i: number): string => `key${String(i).padStart(5, '0')}`;
const puts = Array.from({ length: ENTRIES }, (_, i) => ({
  type: 'put' as const,
  key: key(i),
  // Some so large that less is read ahead.
  value: i % 50 === 0 ? 'v'.repeat(30_000) : `value ${i}`,
}));
const db = new JumpLevel(':memory:');
beforeAll(() => db.batch(puts));
afterAll(() => db.close());

/** The loop that abstract-level would make. */
function plainly(iterator: AsyncIterable<unknown>): AsyncIterable<unknown> {
  const generate = AbstractIterator.prototype[Symbol.asyncIterator];
  return { [Symbol.asyncIterator]: () => generate.call(iterator as never) };
}

/** Numbers that a seed determines. */
function numbers(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What a loop meets that uses its iterator in between, in short. */
async function transcript(
  iterator: LevelIterator,
  loop: AsyncIterable<unknown>,
  random: (below: number) => number,
): Promise<unknown[]> {
  const told: unknown[] = [];
  const tell = (what: unknown): unknown => told.push(JSON.stringify(what).slice(0, 40));
  try {
    for await (const item of loop) {
      tell(item);
      const what = random(60);
      if (what === 0) tell(await iterator.next());
      else if (what === 1) tell((await iterator.nextv(1 + random(500))).at(-1));
      else if (what === 2) iterator.seek(key(random(ENTRIES)) as never);
      else if (what < 9) tell(iterator.count);
      else if (what === 9 && random(12) === 0) break;
      else if (what === 10 && random(12) === 0) tell((await iterator.all()).length);
      else if (what === 11 && random(12) === 0) await iterator.close();
    }
  } catch (error) {
    tell((error as { code: string }).code);
  }
  tell(iterator.count);
  return told;
}

const kinds = ['iterator', 'keys', 'values'] as const;
test.each(kinds)('%s: loops that use their iterator come to the same', async (kind) => {
  const seen = new Set<unknown>();
  for (let seed = 0; seed < 60; seed++) {
    const random = numbers(seed);
    const range = random(2) === 0 ? {} : { gte: key(random(1000)), lt: key(1000 + random(1000)) };
    const limit = random(3) === 0 ? random(1000) : -1;
    const options = { ...range, limit, reverse: random(2) === 0 };
    const open = db[kind].bind(db) as unknown as (range: object) => LevelIterator;
    const make = (): LevelIterator => open(options);
    const [one, other] = [make(), make()];
    const found = await transcript(one, one, numbers(seed));
    expect(found, `seed ${seed}`).toEqual(await transcript(other, plainly(other), numbers(seed)));
    for (const line of found) seen.add(line);
  }
  expect(seen).toContain('"LEVEL_ITERATOR_NOT_OPEN"');
});

test('calls of one moment get entry after entry, and nothing after the end', async () => {
  const iterator = db.keys({ gte: key(1990) });
  const loop = iterator[Symbol.asyncIterator]();
  const found = await Promise.all(Array.from({ length: 12 }, () => loop.next()));
  const keys = Array.from({ length: 10 }, (_, i) => ({ done: false, value: key(1990 + i) }));
  const end = { done: true, value: undefined };
  expect(found).toEqual([...keys, end, end]);
  expect(await loop.return?.()).toEqual(end);
  const given = db.keys()[Symbol.asyncIterator]();
  await given.next();
  await expect(given.throw?.(new Error('given up'))).rejects.toThrow('given up');
  expect(await given.next()).toEqual(end);
});

test('what cannot be read is told to the loop that comes to it', async () => {
  const location = join(root, 'damaged');
  const written = new JumpLevel(location, { compression: false });
  await written.batch(puts.map(({ type, key }) => ({ type, key, value: 'v'.repeat(100) })));
  await written.compactRange('', '~');
  await written.close();
  const [table] = readdirSync(location).filter((file) => file.endsWith('.ldb'));
  const path = join(location, table ?? '');
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  const damaged = new JumpLevel(location);
  // Otherwise iterators are abstract-level's own, which wait until it is.
  await damaged.open();
  const read = async (loop: AsyncIterable<unknown>): Promise<unknown[]> => {
    const found: unknown[] = [];
    try {
      for await (const one of loop) found.push(one);
    } catch (error) {
      found.push((error as { code: string }).code);
    }
    return found;
  };
  const found = await read(damaged.iterator());
  expect(found).toEqual(await read(plainly(damaged.iterator())));
  expect(found.length).toBeGreaterThan(100);
  expect(found.at(-1)).toBe('LEVEL_CORRUPTION');
  await damaged.close();
});

test('values that are decoded are not read ahead: the entries before a bad one are given out', async () => {
  const mixed = new JumpLevel<string, unknown>(':memory:', { valueEncoding: 'json' });
  await mixed.batch([
    { type: 'put', key: 'a', value: 1 },
    { type: 'put', key: 'b', value: 'no JSON', valueEncoding: 'utf8' } as never,
  ]);
  const found: unknown[] = [];
  const loop = async (): Promise<void> => {
    for await (const one of mixed.values()) found.push(one);
  };
  await expect(loop()).rejects.toMatchObject({ code: 'LEVEL_DECODE_ERROR' });
  expect(found).toEqual([1]);
  await mixed.close();
});
