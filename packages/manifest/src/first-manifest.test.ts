// Goal:   a directory becomes a store in one step, whatever is in it.
import { bytewiseComparator, encodeInternalKey, KIND_VALUE } from '@jump/base';
import { CrashVfs, FaultVfs } from '@jump/testkit';
import { memoryVfs, type Vfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { directoryState } from './file-names.ts';
import { writeFirstManifest } from './first-manifest.ts';
import { VersionSet } from './version-set.ts';

const key = (letter: string): Uint8Array =>
  encodeInternalKey(new TextEncoder().encode(letter), 7, KIND_VALUE);
const TABLE = { number: 3, fileSize: 5, smallest: key('a'), largest: key('m') };
const CONTENTS = {
  comparator: bytewiseComparator.name,
  tables: [{ level: 2, table: TABLE }],
  logNumber: 4,
  nextFileNumber: 6,
  lastSequence: 41,
};

function filled(vfs: Vfs): Vfs {
  vfs.makeDirectory('db');
  for (const [name, bytes] of [
    ['000003.ldb', [1, 2, 3, 4, 5]],
    ['000004.log', []],
  ] as const) {
    const file = vfs.open(`db/${name}`, 'create');
    file.write(Uint8Array.from(bytes), 0, bytes.length);
    file.sync();
    file.close();
  }
  return vfs;
}

test('what was written is what is read', () => {
  const vfs = filled(memoryVfs());
  expect(directoryState(vfs, 'db')).toBe('damaged');
  writeFirstManifest(vfs, 'db', 5, CONTENTS);
  const versions = VersionSet.recover(vfs, 'db');
  expect(versions.current.levels[2]).toEqual([TABLE]);
  expect(versions.current.levels.flat()).toHaveLength(1);
  const { logNumber, lastSequence, nextFileNumber, manifestNumber, ours } = versions;
  expect({ logNumber, lastSequence, nextFileNumber, manifestNumber, ours }).toEqual({
    logNumber: 4,
    lastSequence: 41,
    nextFileNumber: 6,
    manifestNumber: 5,
    ours: true,
  });
});

test('CURRENT comes last, after the directory is synced, and is asked for', () => {
  const vfs = new FaultVfs(filled(memoryVfs()));
  let asked = 0;
  writeFirstManifest(vfs, 'db', 5, CONTENTS, () => asked++);
  expect(asked).toBe(2);
  expect(vfs.show(['open', 'sync', 'rename', 'syncDirectory'])).toBe(
    [
      'open db/MANIFEST-000005 create',
      'sync db/MANIFEST-000005',
      'syncDirectory db',
      'open db/000005.dbtmp replace',
      'sync db/000005.dbtmp',
      'rename db/000005.dbtmp db/CURRENT',
      'syncDirectory db',
      // These directories cannot be synced: names come to the disk with any file.
      'sync db/MANIFEST-000005',
    ].join('\n'),
  );
});

test('whatever a power loss leaves is no store, or all of it', () => {
  const disk = filled(new CrashVfs()) as CrashVfs;
  const states = new Set<string>();
  disk.onOperation = () => {
    for (const entries of ['all', 'none'] as const) {
      for (const bytes of ['all', 'none', 'zeros'] as const) {
        const image = new CrashVfs(disk.image({ entries, bytes }));
        const state = directoryState(image, '/db');
        states.add(state);
        if (state === 'store') expect(VersionSet.recover(image, '/db').lastSequence).toBe(41);
      }
    }
  };
  writeFirstManifest(disk, 'db', 5, CONTENTS);
  expect([...states].sort()).toEqual(['absent', 'damaged', 'store']);
});
