// Goal:   what a reader holds is held exactly as long. Method: each rule as a test.
import { Version } from '@jump/manifest';
import { expect, test, vi } from 'vitest';
import { Pins } from './pins.ts';

const table = (number: number) => ({
  number,
  fileSize: 1,
  smallest: new Uint8Array(8),
  largest: new Uint8Array(8),
});

test('tells of the highest pinned sequence whenever it changes, and of each release', () => {
  const onChange = vi.fn();
  const onRelease = vi.fn();
  const pins = new Pins(onChange, onRelease);
  const low = pins.acquire('iterator', 5, undefined);
  const high = pins.acquire('snapshot', 9, undefined);
  const again = pins.acquire('snapshot', 9, undefined);
  pins.acquire('iterator', 7, undefined);
  expect(onChange.mock.calls).toEqual([[5], [9]]);
  expect(pins.sequences()).toEqual([5, 7, 9]);
  expect(pins.counts()).toEqual({ iterators: 2, snapshots: 2 });
  expect(pins.release(high)).toBe(true);
  expect(pins.release(high)).toBe(false);
  expect(pins.highest).toBe(9);
  pins.release(again);
  pins.release(low);
  expect(onChange.mock.calls).toEqual([[5], [9], [7]]);
  expect(onRelease).toHaveBeenCalledTimes(3);
  expect(pins.size).toBe(1);
});

test('holds the tables of pinned versions', () => {
  const pins = new Pins(
    () => {},
    () => {},
  );
  const version = Version.empty().apply({ added: [{ level: 0, table: table(7) }] });
  const pin = pins.acquire('iterator', 1, version);
  pins.acquire('snapshot', 1, undefined);
  expect([pins.holdsTable(7), pins.holdsTable(8)]).toEqual([true, false]);
  pins.release(pin);
  expect(pins.holdsTable(7)).toBe(false);
});
