// Goal:   whenever the power goes, the store is in the state of its last acknowledged edit or of
//         one that was under way, and everything that this state names is there.
// Method: a store lives through flushes, compactions, new manifests and openings; after every
//         single call what the disk may hold is enumerated and opened. Then each step of the
//         protocol is taken away: the same check must fail.
import { bytewiseComparator, encodeInternalKey } from '@jump/base';
import { Random, seeded } from '@jump/testkit';
import type { Vfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import {
  directoryState,
  logName,
  parseFileName,
  type TableMeta,
  tableName,
  type VersionEdit,
  VersionSet,
} from '../src/index.ts';
import { PowerLossDisk } from './power-loss-disk.ts';

const show = (set: VersionSet) =>
  JSON.stringify([set.current.levels.map((l) => l.map((t) => t.number)), set.logNumber]);

/** Lives a store's life on a disk; returns what was wrong in any image, and how many there were. */
function live(seed: number, skip?: (call: string) => boolean) {
  const random = new Random(seed);
  const wrong: string[] = [];
  /** The states that an image may show; the first is the last acknowledged one. */
  let allowed: string[] = [];
  let images = 0;
  const disk = new PowerLossDisk(() => {
    for (const image of disk.images(random)) {
      images++;
      const problem = check(image, allowed);
      if (problem !== undefined) wrong.push(problem);
    }
  }, skip);
  const { vfs } = disk;
  const options = { manifestSize: 600 };
  const open = () => VersionSet.recover(vfs, 'db', bytewiseComparator, options);
  const apply = (edit: Partial<VersionEdit>) => {
    allowed.push(show(previewOf(set, edit)));
    set.logAndApply(edit);
    allowed = [show(set)];
    removeObsolete(vfs, set);
  };
  let set = VersionSet.create(vfs, 'db', bytewiseComparator, options);
  allowed = [show(set)];
  for (let step = 0; step < 14; step++) {
    const { levels } = set.current;
    if (random.chance(0.2)) {
      set.close();
      set = open();
    }
    if (levels[0]!.length >= 2) {
      const deleted = levels[0]!.map(({ number }) => ({ level: 0, number }));
      apply({ deleted, added: [{ level: 1, table: makeTable(vfs, set, levels[1]!.length) }] });
    } else {
      const table = makeTable(vfs, set, 0);
      const logNumber = set.takeFileNumber();
      vfs.open(`db/${logName(logNumber)}`, 'create').close();
      apply({ logNumber, added: [{ level: 0, table }] });
    }
  }
  return { wrong, images };
}

/** What a set will be when an edit is applied. */
function previewOf(set: VersionSet, edit: Partial<VersionEdit>): VersionSet {
  return Object.create(set, {
    current: { value: set.current.apply(edit) },
    logNumber: { value: edit.logNumber ?? set.logNumber },
  }) as VersionSet;
}

/** Writes a table as the store does: synced and closed before anybody names it. */
function makeTable(vfs: Vfs, set: VersionSet, place: number): TableMeta {
  const number = set.takeFileNumber();
  const file = vfs.open(`db/${tableName(number)}`, 'create');
  file.write(new Uint8Array(20).fill(1), 0, 20);
  file.sync();
  file.close();
  const key = encodeInternalKey(Uint8Array.of(place), 1, 1);
  return { number, fileSize: 20, smallest: key, largest: key };
}

/** Removes what the current state does not name, as the store does after an edit. */
function removeObsolete(vfs: Vfs, set: VersionSet): void {
  const tables = new Set(set.current.levels.flat().map((table) => table.number));
  for (const name of vfs.list('db')) {
    const file = parseFileName(name);
    const obsolete =
      (file?.type === 'table' && !tables.has(file.number)) ||
      (file?.type === 'log' && file.number < set.logNumber) ||
      (file?.type === 'manifest' && file.number !== set.manifestNumber);
    if (obsolete) vfs.remove(`db/${name}`);
  }
}

/** Opens an image; returns what is wrong with it. */
function check(image: Vfs, allowed: readonly string[]): string | undefined {
  try {
    // Nothing acknowledged yet: no store, or an empty one.
    if (allowed.length === 0 && directoryState(image, 'db') === 'empty') {
      VersionSet.create(image, 'db').close();
    }
    const set = VersionSet.recover(image, 'db');
    if (allowed.length > 0 && !allowed.includes(show(set))) return `state ${show(set)}`;
    if (set.logNumber > 0 && image.stat(`db/${logName(set.logNumber)}`) === undefined) {
      return `no log ${set.logNumber}`;
    }
    // It can go on from here, and what it writes is what it reads.
    set.logAndApply({});
    const again = VersionSet.recover(image, 'db');
    return show(again) === show(set) && again.tornTail === undefined ? undefined : 'not the same';
  } catch (error) {
    return String(error);
  }
}

test(
  'no moment is a bad one',
  seeded((random) => {
    let images = 0;
    for (let life = 0; life < 4; life++) {
      const result = live(random.bits());
      expect(result.wrong).toEqual([]);
      images += result.images;
    }
    expect(images).toBeGreaterThan(4000);
  }),
);

test.each([
  ['the manifest is not synced', (call: string) => call.startsWith('sync db/MANIFEST')],
  [
    'the directory is not synced before CURRENT changes',
    (call: string) => call === 'syncDirectory after sync',
  ],
  ['CURRENT is renamed before it is synced', (call: string) => call.endsWith('.dbtmp')],
  [
    'the directory is not synced after CURRENT changed',
    (call: string) => call === 'syncDirectory after rename',
  ],
  [
    'the directory is not synced before an edit',
    (call: string) => call === 'syncDirectory after open',
  ],
])('the check notices when %s', (_, skip) => {
  expect(live(7, skip).wrong.length).toBeGreaterThan(0);
});
