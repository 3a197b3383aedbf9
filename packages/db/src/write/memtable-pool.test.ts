// Goal:   a memtable's memory is used again as soon as nobody reads it, and not before.
import { bytewiseComparator } from '@jump/base';
import { expect, test } from 'vitest';
import { Pins } from '../read/pins.ts';
import { Memtable } from './memtable.ts';
import { MemtablePool } from './memtable-pool.ts';

function pool(keptBytes: number): { memtables: MemtablePool; pins: Pins } {
  const pins = new Pins(
    () => {},
    () => {},
  );
  const make = (): Memtable =>
    new Memtable({ comparator: bytewiseComparator, shared: false, size: 4096 });
  return { memtables: new MemtablePool(make, pins, keptBytes), pins };
}

const KEY = new Uint8Array([1, 2, 3]);
const fill = (memtable: Memtable): void => {
  for (let i = 1; i < 50; i++) memtable.add(i, 1, KEY, 0, i % 4, 0, 3);
};

test('the memory of a retired memtable is used again, empty', () => {
  const { memtables } = pool(1 << 20);
  const first = memtables.take();
  fill(first);
  const second = memtables.take();
  expect(second).not.toBe(first);
  memtables.retire(first);
  expect(memtables.take()).toBe(first);
  expect([first.entries, first.bytes, first.cursor().first()]).toEqual([0, 0, false]);
  expect(memtables.take()).not.toBe(first);
});

test('not while an iterator from before is open', () => {
  const { memtables, pins } = pool(1 << 20);
  const first = memtables.take();
  const before = pins.acquire('iterator', 1, undefined);
  pins.acquire('snapshot', 1, undefined);
  memtables.retire(first);
  const after = pins.acquire('iterator', 1, undefined);
  expect(memtables.take()).not.toBe(first);
  pins.release(before);
  expect(memtables.take()).toBe(first);
  memtables.retire(first);
  expect(memtables.take()).not.toBe(first);
  pins.release(after);
  expect(memtables.take()).toBe(first);
});

test('not at all where nothing is to be kept', () => {
  const { memtables } = pool(0);
  const first = memtables.take();
  memtables.retire(first);
  expect(memtables.take()).not.toBe(first);
});
