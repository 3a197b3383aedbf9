// Goal:   what the README says can be written in TypeScript, too.
// Method: the compiler is the test: it refuses what is not declared.
import { JumpLevel } from '@jump/level';
import { AbstractLevel } from 'abstract-level';
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest';

let db: JumpLevel;
beforeEach(() => {
  db = new JumpLevel(':memory:');
});
afterEach(() => db.close());

test('every write can be told to wait for the disk', async () => {
  await db.put('a', '1', { sync: true });
  await db.put('b', { n: 2 }, { sync: true, valueEncoding: 'json' });
  await db.batch([{ type: 'put', key: 'c', value: '3' }], { sync: true });
  await db.batch().put('d', '4').del('c').write({ sync: true });
  await db.del('d', { sync: false });
  // @ts-expect-error: what is no option
  await db.put('a', '1', { synced: true });
  // @ts-expect-error: a value that is none of the database's
  await db.put('e', 5);
  expect(await db.keys().all()).toEqual(['a', 'b', 'e']);
  expectTypeOf(db.get('a')).resolves.toEqualTypeOf<string | undefined>();
  expectTypeOf(
    db.get<string, { n: number }>('b', { valueEncoding: 'json' }),
  ).resolves.toEqualTypeOf<{ n: number } | undefined>();
});

test('an encoding may be one of your own', async () => {
  const hundreds = {
    name: 'hundreds',
    format: 'utf8',
    encode: (n: number): string => String(n / 100),
    decode: (text: string): number => 100 * Number(text),
  } as const;
  const numbers = new JumpLevel<string, number>(':memory:', { valueEncoding: hundreds });
  await numbers.put('a', 700);
  expect(await numbers.get('a')).toBe(700);
  expect(await numbers.get<string, string>('a', { valueEncoding: 'utf8' })).toBe('7');
  await numbers.close();
});

test('opening takes what the constructor takes; ranges of bytes have keys of bytes', async () => {
  await db.open({ cacheSize: 1 << 20, passive: false });
  const [a, b] = [Buffer.from('a'), Buffer.from('b')];
  await db.compactRange(a, b, { keyEncoding: 'buffer' });
  expect(await db.approximateSize(a, b, { keyEncoding: 'buffer' })).toBe(0);
  expect(db).toBeInstanceOf(AbstractLevel);
});
