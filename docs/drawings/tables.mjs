// The drawings of tables: what is in one, the jump, a filter, and merging them.
import { bloomPolicy } from '@jump/bloom';
import { Picture } from './picture.mjs';

/** What is in a table's file, and what names what. */
export function table() {
  const p = new Picture(
    346,
    'A table: data blocks, meta blocks, the index, and a footer at the end',
  );
  /** @type {[string, string, 'blue' | 'red' | 'grey' | 'green'][]} */
  const parts = [
    ['data block', 'entries in order', 'blue'],
    ['data block', '', 'blue'],
    ['…', '', 'blue'],
    ['filter', 'who is certainly not here', 'red'],
    ['jumpdb.table', 'counts of ours', 'grey'],
    ['meta-index', 'names of the two above', 'grey'],
    ['index', 'one entry a data block', 'green'],
    ['footer', '48 bytes', 'grey'],
  ];
  const top = 20;
  for (const [i, [name, note, tone]] of parts.entries()) {
    const y = top + i * 38;
    p.box(96, y, 110, 32, tone, name);
    p.text(216, y + 20, note, { size: 11, colour: 'muted' });
  }
  const middle = (/** @type {number} */ i) => top + i * 38 + 16;
  p.arrow([94, middle(7), 78, middle(7), 78, middle(6) + 5, 94, middle(6) + 5]);
  p.arrow([94, middle(7) + 6, 60, middle(7) + 6, 60, middle(5) + 5, 94, middle(5) + 5]);
  for (const i of [0, 1, 2]) {
    const x = 40 - i * 8;
    p.arrow([94, middle(6) - 4 - i * 3, x, middle(6) - 4 - i * 3, x, middle(i), 94, middle(i)], {
      colour: 'green',
    });
  }
  for (const i of [3, 4]) {
    const x = 78 - (i - 3) * 9;
    p.arrow([94, middle(5) - 4, x, middle(5) - 4, x, middle(i), 94, middle(i)]);
  }
  p.text(96, 336, 'A reader begins at the end.', { size: 11, colour: 'muted' });
  return p.toString();
}

/** The sparse index and the jump, for `get('fig')` in the table of the page about it. */
export function jump() {
  const p = new Picture(
    356,
    'The sparse index names one block; the reader jumps there and scans forward',
  );
  p.text(16, 26, "get('fig')", { bold: true, mono: true });
  p.text(16, 58, '1  The index is in memory: which is the first entry', { size: 12 });
  p.text(16, 74, '    that is not before “fig”?', { size: 12 });
  for (const [i, key] of ['banana', 'e', 'h', 'q'].entries()) {
    p.box(24 + i * 80, 88, 74, 30, i === 2 ? 'green' : 'grey', key, { mono: true });
  }
  p.arrow([221, 120, 221, 176], { colour: 'green' });
  p.text(16, 148, '2  Jump to its block, at 116', { size: 12 });
  p.text(16, 164, '    in the file: one read', { size: 12 });
  const blocks = [
    ['0', 'apple', 'banana'],
    ['57', 'cherry', 'damson'],
    ['116', 'fig', 'grape'],
    ['167', 'lemon', 'pear'],
  ];
  for (const [i, [at, first, second]] of blocks.entries()) {
    const tone = i === 2 ? 'blue' : 'grey';
    const x = 24 + i * 80;
    p.box(x, 180, 74, 56, tone);
    p.text(x + 37, 202, first ?? '', { anchor: 'middle', mono: true, bold: i === 2 });
    p.text(x + 37, 224, second ?? '', { anchor: 'middle', mono: true });
    p.text(x + 37, 252, `at ${at}`, { anchor: 'middle', size: 11, colour: 'muted' });
  }
  p.arrow([193, 192, 193, 228], { colour: 'blue' });
  p.text(16, 284, '3  Search the block, and scan forward in it.', { size: 12 });
  p.text(16, 312, 'The key of an index entry need not be a key of the', {
    size: 11,
    colour: 'muted',
  });
  p.text(16, 327, 'table: “e” lies between “damson” and “fig”, and is', {
    size: 11,
    colour: 'muted',
  });
  p.text(16, 342, 'shorter than both.', { size: 11, colour: 'muted' });
  return p.toString();
}

/** The keys of the tables that pages and drawings show. */
const FRUITS = ['apple', 'banana', 'cherry', 'damson', 'fig', 'grape', 'lemon', 'pear'];

/**
 * The places of a key in a filter of so many bits, as FORMAT.md of `@jump/bloom` says.
 * @param {string} key
 * @param {number} bits
 * @param {number} probes
 */
function placesOf(key, bits, probes) {
  const hash = { low: 0, high: 0 };
  const bytes = new TextEncoder().encode(key);
  bloomPolicy().hash(bytes, 0, bytes.length, hash);
  return Array.from({ length: probes }, (_, i) => {
    const step = Math.imul(i, hash.high) + (i ** 3 - i) / 6;
    return ((hash.low + step) >>> 0) % bits;
  });
}

/** The filter of the table of fruits: what a key sets, and what another one misses. */
export function filter() {
  const p = new Picture(
    330,
    'The bits of a filter: all that fig asks for are set; one that kiwi asks for is not',
  );
  const bits = 80;
  const set = new Set(FRUITS.flatMap((key) => placesOf(key, bits, 7)));
  const rows = [
    { key: 'fig', y: 44, tone: /** @type {const} */ ('green') },
    { key: 'kiwi', y: 178, tone: /** @type {const} */ ('red') },
  ];
  for (const { key, y, tone } of rows) {
    const asked = new Set(placesOf(key, bits, 7));
    p.text(16, y - 18, `has('${key}')`, { bold: true, mono: true });
    for (let i = 0; i < bits; i++) {
      const x = 16 + (i % 20) * 16.4;
      const top = y - 6 + Math.floor(i / 20) * 20;
      const bit = set.has(i) ? '1' : '0';
      const [own, bold] = asked.has(i) ? [bit === '1' ? 'green' : 'red', true] : ['grey', false];
      p.box(x, top, 15, 17, /** @type {'grey'} */ (own), bit, { size: 11, mono: true, bold });
    }
    const missed = [...asked].filter((place) => !set.has(place)).length;
    const says =
      missed === 0
        ? 'all of its places are 1: perhaps'
        : `${missed} of its places ${missed === 1 ? 'is' : 'are'} 0: certainly not`;
    p.text(16, y + 94, says, { colour: tone });
  }
  p.text(16, 306, 'Eight keys of ten bits each; a key has seven places.', {
    size: 11,
    colour: 'muted',
  });
  return p.toString();
}

/** Two tables of level 0 become one of level 1. */
export function compaction() {
  const p = new Picture(
    344,
    'A merge walks over its inputs in order and keeps the newest version of each key',
  );
  /** @type {[number, string, [string, string, string, boolean][]][]} */
  const inputs = [
    [
      16,
      'table 6, newer',
      [
        ['apple', '3', 'golden', true],
        ['fig', '5', 'blue', true],
        ['pear', '4', 'deleted', false],
      ],
    ],
    [
      190,
      'table 4, older',
      [
        ['apple', '1', 'red', false],
        ['pear', '2', 'green', false],
      ],
    ],
  ];
  p.text(16, 24, 'level 0', { size: 11, colour: 'muted' });
  for (const [x, name, entries] of inputs) {
    p.text(x, 44, name, { bold: true });
    for (const [i, [key, sequence, value, kept]] of entries.entries()) {
      entry(p, x, 54 + i * 32, [key, sequence, value], kept ? 'blue' : 'grey');
    }
  }
  p.arrow([93, 154, 93, 178, 170, 178, 170, 206]);
  p.arrow([267, 122, 267, 178, 190, 178, 190, 206]);
  p.text(180, 172, 'merge', { anchor: 'middle', bold: true });
  p.text(16, 202, 'level 1', { size: 11, colour: 'muted' });
  p.text(16, 222, 'table 7', { bold: true });
  entry(p, 103, 210, ['apple', '3', 'golden'], 'blue');
  entry(p, 103, 242, ['fig', '5', 'blue'], 'blue');
  p.text(16, 296, 'Grey is left out: “red” and “green” are overwritten or', {
    size: 11,
    colour: 'muted',
  });
  p.text(16, 311, 'deleted; the deletion itself has nothing left to hide,', {
    size: 11,
    colour: 'muted',
  });
  p.text(16, 326, 'for no deeper level has an older “pear”.', { size: 11, colour: 'muted' });
  return p.toString();
}

/**
 * @param {Picture} p
 * @param {number} x
 * @param {number} y
 * @param {[key: string, sequence: string, value: string]} texts
 * @param {'blue' | 'grey'} tone
 */
function entry(p, x, y, [key, sequence, value], tone) {
  p.box(x, y, 154, 28, tone);
  const colour = tone === 'grey' ? 'muted' : 'text';
  p.text(x + 8, y + 18, key, { mono: true, colour });
  p.text(x + 68, y + 18, sequence, { size: 11, colour: 'muted' });
  p.text(x + 146, y + 18, value, { anchor: 'end', colour });
}
