// Goal:   what the log's FORMAT.md says of batches is what is written.
// Method: its blocks of hexadecimal, checked by hand, are compared with what the code makes, and
//         what the code makes is found in a log on a disk.
import { readFileSync } from 'node:fs';
import { encodeMark, LogReader } from '@jump/log';
import { logName } from '@jump/manifest';
import { hexBlocks } from '@jump/testkit';
import { memoryVfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { open } from './index.ts';
import { WriteBatch } from './write/write-batch.ts';

const golden = hexBlocks(readFileSync(new URL('../../log/FORMAT.md', import.meta.url), 'utf8'));

test('a write batch is what FORMAT.md shows', () => {
  const batch = new WriteBatch();
  batch.set('k', 'v');
  batch.delete('key');
  batch.seal(5);
  expect(batch.bytes.slice(0, batch.end)).toEqual(golden.get('batch'));
});

test('a store logs marks and batches', () => {
  const vfs = memoryVfs();
  const db = open('/db', { vfs, filter: 'none' });
  for (let i = 0; i < 4; i++) db.set(`filling ${i}`, '');
  db.batch().set('k', 'v').delete('key').write({ sync: true });
  db.handOver();
  const number = vfs
    .list('/db')
    .map((name) => /^(\d+)\.log$/.exec(name)?.[1])
    .find(Boolean);
  const records = [...LogReader.open({ vfs, path: `/db/${logName(Number(number))}` })];
  expect(records[0]).toEqual(encodeMark(1));
  expect(records.at(-2)).toEqual(golden.get('batch'));
  expect(records.at(-1)).toEqual(encodeMark(7));
  db.close();
});
