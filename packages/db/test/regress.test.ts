// Goal:   bugs that were found once never come back.
// Method: the smallest case of each; where a random history found it, its seed stands beside.

import { bytewiseComparator } from '@jump/base';
import { memoryVfs, open } from '@jump/db';
import { LogWriter } from '@jump/log';
import { logName, VersionSet } from '@jump/manifest';
import { CrashVfs } from '@jump/testkit';
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

test('a flush that begins a new manifest is safe where directories cannot be synced (SEED=4)', async () => {
  // CURRENT named the new manifest in memory alone; the log of what was flushed was never synced.
  const disk = new CrashVfs(new Map(), { mode: 'windows' });
  // The sync of a log that was rotated takes its time.
  disk.syncDelay = () => new Promise(() => {});
  const options = { memtableSize: 1024, vfs: disk };
  const db = open('store', options);
  const manifests = new Set<string>();
  for (let i = 1; i <= 60; i++) {
    db.set('key', `${i}`);
    await db.flush();
    for (const name of disk.list('store')) if (name.startsWith('MANIFEST')) manifests.add(name);
    const left = new CrashVfs(disk.image({ entries: 'none', bytes: 'none' }), { mode: 'windows' });
    const again = open('store', { ...options, vfs: left });
    expect(again.get('key')).toBe(`${i}`);
    again.close();
  }
  db.close();
  expect(manifests.size).toBeGreaterThan(3);
});
