// The drawings of how a write goes: the whole way, the memtable, the log, the manifest.
import { Picture } from './picture.mjs';

/** The way of a write down, and of a read. */
export function overview() {
  const p = new Picture(
    424,
    'A write goes to the log and the memtable, then to tables; a read looks in the newest first',
  );
  p.text(92, 26, 'set, delete, batch', { anchor: 'middle', bold: true });
  p.text(276, 26, 'get, entries, cursor', { anchor: 'middle', bold: true });
  p.arrow([60, 34, 60, 64]);
  p.arrow([132, 34, 132, 64]);
  p.box(16, 68, 88, 44, 'grey');
  p.text(60, 87, 'log', { anchor: 'middle' });
  p.text(60, 102, 'on the disk', { anchor: 'middle', colour: 'muted', size: 11 });
  p.box(112, 68, 96, 44, 'red');
  p.text(160, 87, 'memtable', { anchor: 'middle' });
  p.text(160, 102, 'active', { anchor: 'middle', colour: 'muted', size: 11 });
  p.arrow([160, 114, 160, 140]);
  p.text(150, 131, 'full', { anchor: 'end', colour: 'muted', size: 11 });
  p.box(112, 144, 96, 44, 'red');
  p.text(160, 163, 'memtable', { anchor: 'middle' });
  p.text(160, 178, 'immutable', { anchor: 'middle', colour: 'muted', size: 11 });
  p.arrow([160, 190, 160, 220]);
  p.text(150, 209, 'flush', { anchor: 'end', colour: 'muted', size: 11 });
  const rows = [
    { name: 'level 0', y: 224, boxes: [34, 34, 34], left: 104 },
    { name: 'level 1', y: 278, boxes: [40, 40, 40], left: 96 },
    { name: 'level 2', y: 332, boxes: [36, 36, 36, 36, 36], left: 60 },
  ];
  for (const { name, y, boxes, left } of rows) {
    let x = left;
    for (const width of boxes) {
      p.box(x, y, width, 26, 'blue');
      x += width + (name === 'level 0' ? 6 : 2);
    }
    p.text(16, y + (left < 70 ? -6 : 17), name, { colour: 'muted', size: 11 });
    if (y < 332) p.arrow([160, y + 28, 160, y + 52]);
  }
  p.text(150, 269, 'compaction', { colour: 'muted', size: 11, anchor: 'end' });
  // The read, from the newest to the oldest.
  p.line([268, 34, 268, 345], { colour: 'green' });
  for (const [y, x] of [
    [90, 210],
    [166, 210],
    [237, 224],
    [291, 224],
  ]) {
    p.arrow([268, y ?? 0, x ?? 0, y ?? 0], { colour: 'green' });
  }
  p.arrow([268, 345, 252, 345], { colour: 'green' });
  for (const [i, y] of [90, 166, 237, 291, 345].entries()) {
    p.text(278, y + 4, ['first', 'then', 'newest first', 'one table', 'one table'][i] ?? '', {
      size: 11,
      colour: 'muted',
    });
  }
  p.text(180, 384, 'CURRENT → MANIFEST: which tables are live', { anchor: 'middle' });
  p.text(180, 404, 'LOCK: one writer at a time', { anchor: 'middle', colour: 'muted', size: 11 });
  return p.toString();
}

/** The tree of a memtable over four entries, and where they lie. */
export function memtable() {
  const p = new Picture(330, 'A red-black tree whose nodes name places in an arena of entries');
  p.text(16, 26, 'The tree: in the order of keys', { bold: true });
  /** @type {[number, number, 'grey' | 'red', string, string][]} */
  const nodes = [
    [180, 62, 'grey', 'fig', '3'],
    [98, 118, 'grey', 'apple', '2'],
    [262, 118, 'grey', 'pear', '1'],
    [52, 174, 'red', 'apple', '4'],
  ];
  p.line([180, 62, 98, 118]);
  p.line([180, 62, 262, 118]);
  p.line([98, 118, 52, 174]);
  for (const [x, y, tone, key, sequence] of nodes) {
    p.disc(x, y, 23, tone, key);
    p.text(x + 27, y - 10, `sequence ${sequence}`, { colour: 'muted', size: 11 });
  }
  p.text(130, 178, 'the newest of a key comes first', { colour: 'muted', size: 11 });
  p.text(16, 232, 'The arena: in the order of arrival', { bold: true });
  const entries = ['pear 1', 'apple 2', 'fig 3', 'apple 4'];
  for (const [i, entry] of entries.entries()) {
    p.box(16 + i * 82, 244, 80, 30, 'blue', entry, { size: 12 });
  }
  p.text(16, 296, 'A node is 32 bytes: links, colour, a place in the', {
    colour: 'muted',
    size: 11,
  });
  p.text(16, 311, 'arena, and eight bytes of the key to compare by.', {
    colour: 'muted',
    size: 11,
  });
  return p.toString();
}

/** Blocks, fragments and records of a log. */
export function log() {
  const p = new Picture(322, 'A log is a row of blocks; a record is one fragment, or several');
  p.text(16, 26, 'The file: blocks of 32 KiB', { bold: true });
  for (const [i, name] of ['block 0', 'block 1', 'block 2 …'].entries()) {
    p.box(16 + i * 110, 38, 108, 28, 'grey', name);
  }
  p.text(16, 96, 'In blocks: fragments', { bold: true });
  p.box(16, 108, 40, 30, 'green', 'mark', { size: 11 });
  p.box(58, 108, 66, 30, 'blue', 'batch', { size: 11 });
  p.box(126, 108, 50, 30, 'blue', 'batch', { size: 11 });
  p.box(178, 108, 68, 30, 'red', 'FIRST', { size: 11 });
  p.box(248, 108, 96, 30, 'red', 'LAST', { size: 11 });
  p.line([247, 100, 247, 146], { dashed: true });
  p.text(344, 160, 'a record that crosses the end of a block', {
    anchor: 'end',
    size: 11,
    colour: 'muted',
  });
  p.text(16, 198, 'A fragment', { bold: true });
  p.box(16, 210, 86, 30, 'grey', 'checksum 4', { size: 11 });
  p.box(104, 210, 66, 30, 'grey', 'length 2', { size: 11 });
  p.box(172, 210, 54, 30, 'grey', 'type 1', { size: 11 });
  p.box(228, 210, 116, 30, 'blue', 'data', { size: 11 });
  p.line([228, 240, 16, 266], { dashed: true });
  p.line([344, 240, 344, 266], { dashed: true });
  p.box(16, 266, 92, 30, 'blue', 'sequence 8', { size: 11 });
  p.box(110, 266, 66, 30, 'blue', 'count 4', { size: 11 });
  p.box(178, 266, 166, 30, 'blue', 'kind, key, value; …', { size: 11 });
  p.text(16, 312, 'The numbers are bytes.', { size: 11, colour: 'muted' });
  return p.toString();
}

/** From CURRENT by way of the edits to a version. */
export function manifest() {
  const p = new Picture(318, 'CURRENT names a manifest, whose edits lead to the live tables');
  p.box(16, 18, 90, 30, 'green', 'CURRENT');
  p.arrow([108, 33, 142, 33]);
  p.box(146, 18, 198, 30, 'green', 'MANIFEST-000001');
  p.line([244, 48, 244, 66]);
  const edits = [
    ['an empty store', 'comparator'],
    ['the first log', 'log 2'],
    ['a flush', '+ table 4'],
    ['a flush', '+ table 6'],
    ['a compaction', '− 4, − 6, + table 7'],
  ];
  for (const [i, [what, fields]] of edits.entries()) {
    const y = 66 + i * 34;
    p.box(146, y, 198, 30, 'grey');
    p.text(154, y + 19, what ?? '', { size: 11 });
    p.text(336, y + 19, fields ?? '', { size: 11, anchor: 'end', colour: 'muted' });
    if (i > 1) p.arrow([144, y + 15, 112, y + 15]);
  }
  for (const [i, tables] of [['4'], ['6', '4'], ['7']].entries()) {
    const y = 134 + i * 34;
    for (const [j, table] of tables.entries()) {
      p.box(82 - j * 28, y + 2, 26, 26, 'blue', table);
    }
    p.text(12, y + 19, i === 2 ? 'level 1' : 'level 0', { size: 11, colour: 'muted' });
  }
  p.text(16, 122, 'live tables', { size: 12, bold: true });
  p.text(16, 264, 'Each edit leads from one version to the next.', { size: 12 });
  p.text(16, 283, 'A version never changes: who reads in an old one', {
    size: 11,
    colour: 'muted',
  });
  p.text(16, 298, 'goes on reading in it.', { size: 11, colour: 'muted' });
  return p.toString();
}
