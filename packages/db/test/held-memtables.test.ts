// Goal:   whoever iterates sees the store of then, though the memory of its memtables is in use
//         again.
import { memoryVfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { open } from '../src/index.ts';

test('iterators and cursors outlive the memtables that they stand in', async () => {
  const db = open('db', { vfs: memoryVfs(), memtableSize: 4096 });
  const write = async (round: number): Promise<void> => {
    for (let i = 0; i < 100; i++) db.set(`k${String(i).padStart(3, '0')}`, `${round}`.repeat(20));
    await db.flush();
  };
  await write(0);
  for (let round = 1; round < 6; round++) {
    // In the memtables alone, some of it: the flush is awaited after the readers have begun.
    const writing = write(round);
    const iterator = db.entries();
    const cursor = db.cursor();
    const expected = [...db.entries()];
    expect(iterator.next().value).toEqual(expected[0]);
    expect(cursor.seek('k050') && cursor.value).toBe(expected[50]![1]);
    await writing;
    for (let later = 6; later < 9; later++) await write(later);
    expect([...iterator]).toEqual(expected.slice(1));
    const rest = [cursor.value];
    while (cursor.next()) rest.push(cursor.value);
    expect(rest).toEqual(expected.slice(50).map(([, value]) => value));
    cursor.close();
  }
  db.close();
});

test('a snapshot holds nothing of a memtable that began after it, and a later one does', async () => {
  const db = open('db', { vfs: memoryVfs() });
  db.set('key', 'before');
  const before = db.snapshot();
  await db.flush();
  db.set('key', 'first');
  db.set('key', 'second');
  expect(db.stats().memtable.entries).toBe(1);
  const after = db.snapshot();
  db.set('key', 'third');
  db.set('key', 'fourth');
  expect(db.stats().memtable.entries).toBe(2);
  expect([before.get('key'), after.get('key'), db.get('key')]).toEqual([
    'before',
    'second',
    'fourth',
  ]);
  db.close();
});
