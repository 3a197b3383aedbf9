// Reads a store in all ways there are, again after a refresh; prints what it found. Or opens it for
// writing, if told so. Run by the tests that watch it from outside.
import { allCodecs } from '@jump/sstable/codecs';
import { open, openReadOnly } from '../dist/index.js';

const [path = '', task] = process.argv.slice(2);
if (task === 'write') open(path).close();
const db = openReadOnly(path, { codecs: allCodecs, keyEncoding: 'bytes', valueEncoding: 'bytes' });
let entries = 0;
for (const [key] of db.entries()) if (db.has(key)) entries++;
for (const _ of db.keys({ reverse: true })) entries++;
const snapshot = db.snapshot();
const cursor = db.cursor();
for (cursor.first(); cursor.valid; cursor.next()) entries++;
db.refresh();
snapshot.release();
cursor.close();
db.stats();
db.approximateSize({});
db.close();
console.log(`${entries} found`);
