import { expect, test } from 'vitest';
import { bytes, counted, duration, percent } from './units.ts';

test('bytes', () => {
  const shown = [0, 999, 1000, 1049, 999_949, 999_950, 1e6, 123_456_789, 5e9, 7e15].map(bytes);
  expect(shown).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '1.0 kB',
    '999.9 kB',
    '1.0 MB',
    '1.0 MB',
    '123.5 MB',
    '5.0 GB',
    '7000.0 TB',
  ]);
});

test('durations', () => {
  expect([0, 0.44, 9.94, 9.96, 59.4, 60, 185, 3599, 3723].map(duration)).toEqual([
    '0.0 s',
    '0.4 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1:00',
    '3:05',
    '59:59',
    '1:02:03',
  ]);
});

test('shares and counts', () => {
  expect([0, 0.0001, 0.004, 0.5, 1].map(percent)).toEqual(['0%', '<0.1%', '0.4%', '50%', '100%']);
  expect([counted(1, 'table'), counted(1234, 'entry', 'entries')]).toEqual([
    '1 table',
    '1,234 entries',
  ]);
});
