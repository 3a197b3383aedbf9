// Goal:   bugs that were found once never come back.
// Method: the smallest case of each; where a random history found it, its seed stands beside.

import { bytewiseComparator } from '@jump/base';
import { memoryVfs, open } from '@jump/db';
import { LogWriter } from '@jump/log';
import { logName, VersionSet } from '@jump/manifest';
import { expect, test } from 'vitest';
import { WriteBatch } from '../src/write/write-batch.ts';

test('a log of a number that the manifest does not know yet is replayed once (SEED=43)', () => {
  // File numbers that a merge had taken lay between the manifest's and the log's: the next opening
  // gave its own log a lower number, left the old one there, and the opening after that replayed
  // it.
  const vfs = memoryVfs();
  open('store', { vfs }).close();
  const { logNumber, lastSequence } = VersionSet.recover(vfs, 'store', bytewiseComparator);
  const batch = new WriteBatch();
  batch.set('key', 'of the rotated log');
  batch.seal(lastSequence + 1);
  const log = new LogWriter({ vfs, path: `store/${logName(logNumber + 50)}` });
  log.append(batch.bytes, 0, batch.end);
  log.close();
  for (const value of ['first', 'second', 'third']) {
    const db = open('store', { vfs });
    expect(db.get('key')).toBe(value === 'first' ? 'of the rotated log' : db.get('last'));
    db.set('key', value);
    db.set('last', value);
    db.close();
    expect(vfs.list('store').filter((name) => name.endsWith('.log'))).toHaveLength(1);
  }
});
