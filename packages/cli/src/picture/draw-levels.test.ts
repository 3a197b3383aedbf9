// Goal:   the picture of a tree: a bar where a table is, a gap where none is, neighbours told
//         apart, level 0 table by table.
import { expect, test } from 'vitest';
import { Kept } from '../../test/jump.ts';
import type { PlacedTable, Tree } from '../disk/tree.ts';
import { painter } from '../paint.ts';
import { drawLevels } from './draw-levels.ts';

const paint = painter(new Kept(), {});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function table(number: number, first: string, last: string, from: number, to: number): PlacedTable {
  return {
    number,
    level: 1,
    path: '',
    fileSize: 1000,
    smallest: bytes(first),
    largest: bytes(last),
    first: bytes(first),
    last: bytes(last),
    entries: 10,
    tombstones: number % 2,
    filterName: 'leveldb.BuiltinBloomFilter2',
    filterBytes: 15,
    from,
    to,
  };
}

const draw = (tree: Tree, width = 44): string[] => drawLevels(tree, width, paint);

test('levels, gaps, and tables narrower than a column', () => {
  const tree: Tree = [
    [table(9, 'b', 'q', 0.1, 0.6), table(8, 'a', 'z', 0, 1)],
    [table(5, 'a', 'c', 0, 0.25), table(6, 'd', 'd', 0.25, 0.2501), table(7, 'm', 'z', 0.5, 1)],
    [],
    [table(3, 'a', 'z', 0, 1)],
  ];
  expect(draw(tree)).toEqual([
    'level 0  2 tables, 2.0 kB,',
    '         20 entries (1 deletion),',
    '         30 B of filters,',
    '         each overlaps 3.0 below',
    '  ····████████████████████················',
    '  ████████████████████████████████████████',
    '',
    'level 1  3 tables, 3.0 kB,',
    '         30 entries (2 deletions),',
    '         45 B of filters,',
    '         each overlaps 1.0 below',
    '  ██████████▓·········████████████████████',
    '',
    'level 3  1 table, 1.0 kB,',
    '         10 entries (1 deletion),',
    '         15 B of filters',
    '  ████████████████████████████████████████',
    '  a                                      z',
  ]);
});

test('a level 0 of many tables is cut short; keys that are long too; nothing is nothing', () => {
  const many = Array.from({ length: 20 }, (_, i) => table(i, 'x'.repeat(50), 'y\n', 0, 1));
  const lines = draw([many], 100);
  expect(lines[0]).toBe(
    'level 0  20 tables, 20.0 kB, 200 entries (10 deletions), 300 B of filters',
  );
  expect(lines.filter((line) => line.includes('█'))).toHaveLength(12);
  expect(lines).toContain('  … and 8 more');
  expect(lines.at(-1)).toMatch(/^ {2}x{23}… +y\\n$/);
  expect(draw([[], []])).toEqual([]);
});
