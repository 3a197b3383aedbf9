// Goal:   what is in memory is what the disk would give back, and steps come in the order that a
//         power loss cannot break.
// Method: the calls on the file system are written down and compared, call by call; every call is
//         made to fail once. What a power loss leaves is in ../test/power-loss.test.ts.
import { readFileSync } from 'node:fs';
import { bytewiseComparator, encodeInternalKey } from '@jump/base';
import { FaultVfs, hexBlocks } from '@jump/testkit';
import { memoryVfs, readFile, type Vfs } from '@jump/vfs';
import { describe, expect, test } from 'vitest';
import { type TableMeta, tableName, type Version, VersionSet } from './index.ts';

const key = (text: string) => encodeInternalKey(new TextEncoder().encode(text), 1, 1);
const IO = expect.objectContaining({ code: 'JUMP_IO', systemCode: 'EIO' });

function directory(): { memory: Vfs; vfs: FaultVfs } {
  const memory = memoryVfs();
  memory.makeDirectory('db');
  return { memory, vfs: new FaultVfs(memory) };
}

/** Makes a table's file, past the eyes of the recording file system. */
function makeTable(set: VersionSet, memory: Vfs, from = 'a', to = 'b'): TableMeta {
  const number = set.takeFileNumber();
  const file = memory.open(`db/${tableName(number)}`, 'create');
  file.write(new Uint8Array(10), 0, 10);
  file.close();
  return { number, fileSize: 10, smallest: key(from), largest: key(to) };
}

const numbers = (version: Version) => version.levels.map((tables) => tables.map((t) => t.number));
const WRITING = ['open', 'write', 'sync', 'rename', 'syncDirectory', 'remove'] as const;

test('create() writes the bytes that FORMAT.md shows, in this order', () => {
  const { memory, vfs } = directory();
  const set = VersionSet.create(vfs, 'db');
  expect(vfs.show(WRITING).split('\n')).toEqual([
    'open db/MANIFEST-000001 create',
    'write db/MANIFEST-000001 48',
    'sync db/MANIFEST-000001',
    'syncDirectory db',
    'open db/000001.dbtmp replace',
    'write db/000001.dbtmp 16',
    'sync db/000001.dbtmp',
    'rename db/000001.dbtmp db/CURRENT',
    'syncDirectory db',
    // Where directories cannot be synced, as here, names come to the disk with any file.
    'sync db/MANIFEST-000001',
  ]);
  const golden = hexBlocks(readFileSync(new URL('../FORMAT.md', import.meta.url), 'utf8'));
  expect(readFile(memory, 'db/MANIFEST-000001', 1e6)).toEqual(golden.get('new-store'));
  expect(readFile(memory, 'db/CURRENT', 1e6)).toEqual(golden.get('current'));
  expect([set.manifestNumber, set.nextFileNumber, set.logNumber, set.lastSequence]).toEqual([
    1, 2, 0, 0,
  ]);
});

test('an edit goes to the manifest after the directory is synced, and is then current', () => {
  const { memory, vfs } = directory();
  const set = VersionSet.create(vfs, 'db');
  const table = makeTable(set, memory);
  set.lastSequence = 7;
  vfs.operations.length = 0;
  set.logAndApply({ added: [{ level: 0, table }] });
  expect(vfs.show(WRITING).replaceAll(/ \d+$/gm, '').split('\n')).toEqual([
    'syncDirectory db',
    'write db/MANIFEST-000001',
    'sync db/MANIFEST-000001',
  ]);
  expect(numbers(set.current)[0]).toEqual([table.number]);
  // Known to be synced, or no new file named: the directory is left alone.
  vfs.operations.length = 0;
  set.logAndApply({ deleted: [{ level: 0, number: table.number }] });
  const log = set.takeFileNumber();
  set.logAndApply({ logNumber: log, added: [{ level: 1, table }] }, { directorySynced: true });
  expect(vfs.show(['syncDirectory'])).toBe('');
  const back = VersionSet.recover(memory, 'db');
  expect([numbers(back.current), back.lastSequence, back.logNumber, back.nextFileNumber]).toEqual([
    numbers(set.current),
    7,
    log,
    log + 1,
  ]);
});

test('a durable mark says how far the logs go, and leaves the rest as it is', () => {
  const { memory, vfs } = directory();
  const set = VersionSet.create(vfs, 'db');
  set.lastSequence = 7;
  set.logAndApply({ added: [{ level: 0, table: makeTable(set, memory) }] });
  expect(VersionSet.recover(memory, 'db').durableSequence).toBe(0);
  vfs.operations.length = 0;
  set.markDurable(300);
  expect(vfs.show(WRITING).split('\n')).toEqual([
    'write db/MANIFEST-000001 10',
    'sync db/MANIFEST-000001',
  ]);
  const back = VersionSet.recover(memory, 'db');
  expect([back.lastSequence, back.durableSequence]).toEqual([7, 300]);
  expect(numbers(back.current)).toEqual(numbers(set.current));
});

test('recover() writes nothing; the first edit makes a new manifest, whole before its name', () => {
  const { memory, vfs } = directory();
  const first = VersionSet.create(memory, 'db');
  const table = makeTable(first, memory);
  first.logAndApply({
    added: [{ level: 0, table }],
    compactPointers: [{ level: 3, key: key('p') }],
  });
  first.close();
  const old = readFile(memory, 'db/MANIFEST-000001', 1e6);
  const set = VersionSet.recover(vfs, 'db');
  expect(
    vfs.operations.filter((o) => o.kind !== 'list' && o.kind !== 'close' && o.kind !== 'read'),
  ).toEqual([
    { kind: 'open', path: 'db/CURRENT', detail: 'read' },
    { kind: 'open', path: 'db/MANIFEST-000001', detail: 'read' },
  ]);
  expect([set.manifestNumber, set.tornTail, set.compactPointers[3]]).toEqual([
    1,
    undefined,
    key('p'),
  ]);
  vfs.operations.length = 0;
  set.logAndApply({ deleted: [{ level: 0, number: table.number }], added: [{ level: 2, table }] });
  expect(vfs.show(WRITING).replaceAll(/ \d+$/gm, '').split('\n')).toEqual([
    'open db/MANIFEST-000003 create',
    'write db/MANIFEST-000003',
    'sync db/MANIFEST-000003',
    'syncDirectory db',
    'open db/000003.dbtmp replace',
    'write db/000003.dbtmp',
    'sync db/000003.dbtmp',
    'rename db/000003.dbtmp db/CURRENT',
    'syncDirectory db',
    // Where directories cannot be synced, as here, names come to the disk with any file.
    'sync db/MANIFEST-000003',
  ]);
  expect(readFile(memory, 'db/MANIFEST-000001', 1e6)).toEqual(old);
  const back = VersionSet.recover(memory, 'db');
  expect([numbers(back.current)[2], back.compactPointers[3], back.manifestNumber]).toEqual([
    [table.number],
    key('p'),
    3,
  ]);
});

test('a manifest that has grown long is followed by a new one, also one of many tables', () => {
  const { memory } = directory();
  const set = VersionSet.create(memory, 'db', bytewiseComparator, { manifestSize: 500 });
  for (let i = 0; i < 100; i++) {
    const name = i.toString().padStart(3, '0');
    set.logAndApply({ added: [{ level: 1, table: makeTable(set, memory, name, name) }] });
  }
  const manifests = memory.list('db').filter((name) => name.startsWith('MANIFEST'));
  expect(manifests.length).toBeGreaterThan(4);
  expect(manifests.length).toBeLessThan(12); // sizes double: not one for each edit
  expect(numbers(VersionSet.recover(memory, 'db').current)).toEqual(numbers(set.current));
});

test('beforeAppend is asked before every step that others can see, and can stop it', () => {
  const { memory, vfs } = directory();
  const calls: string[] = [];
  let allowed = true;
  const options = {
    beforeAppend: () => {
      calls.push(vfs.operations.at(-1)?.kind ?? '');
      if (!allowed) throw new Error('not ours any more');
    },
  };
  VersionSet.create(memory, 'db').close();
  const set = VersionSet.recover(vfs, 'db', bytewiseComparator, options);
  set.logAndApply({});
  set.logAndApply({});
  expect(calls).toEqual(['list', 'syncDirectory', 'sync']);
  allowed = false;
  vfs.operations.length = 0;
  expect(() => set.logAndApply({})).toThrow('not ours any more');
  allowed = true;
  expect(() => set.logAndApply({})).toThrow(expect.objectContaining({ code: 'JUMP_POISONED' }));
  expect(vfs.operations).toEqual([]);
});

describe('every call fails once', () => {
  const steps: Readonly<Record<string, (vfs: Vfs, memory: Vfs) => () => void>> = {
    create: (vfs) => () => void VersionSet.create(vfs, 'db'),
    'first edit': (vfs, memory) => {
      VersionSet.create(memory, 'db').close();
      const set = VersionSet.recover(vfs, 'db');
      const table = makeTable(set, memory);
      return () => set.logAndApply({ added: [{ level: 0, table }] });
    },
    'later edit': (vfs, memory) => {
      const set = VersionSet.create(vfs, 'db');
      const table = makeTable(set, memory);
      return () => set.logAndApply({ added: [{ level: 0, table }] });
    },
  };
  test.each(Object.keys(steps))(
    '%s: the error comes out, the set is poisoned, a reopened one is whole',
    (name) => {
      for (let at = 0; ; at++) {
        const { memory, vfs } = directory();
        const step = steps[name]!(vfs, memory);
        const before =
          memory.stat('db/CURRENT') === undefined
            ? undefined
            : VersionSet.recover(memory, 'db').current;
        vfs.setFault({ at, shortWrite: at % 2 === 0 ? 9 : 0 });
        let failed: unknown;
        try {
          step();
        } catch (error) {
          failed = error;
        }
        vfs.setFault(undefined);
        if (failed === undefined) {
          expect(at).toBeGreaterThan(2);
          return;
        }
        expect(failed, `call ${at}`).toEqual(IO);
        if (name !== 'create') {
          expect(step).toThrow(expect.objectContaining({ code: 'JUMP_POISONED', cause: IO }));
          const counts = numbers(VersionSet.recover(memory, 'db').current)[0]!.length;
          expect([before!.levels[0]!.length, before!.levels[0]!.length + 1]).toContain(counts);
        } else if (memory.stat('db/CURRENT') !== undefined) {
          expect(numbers(VersionSet.recover(memory, 'db').current).flat()).toEqual([]);
        } else {
          VersionSet.create(memory, 'db').logAndApply({}); // what was left behind does not hinder
        }
      }
    },
  );
});

test('a logged edit is current once it is applied; another thread may sync it', () => {
  const { memory, vfs } = directory();
  const set = VersionSet.create(vfs, 'db');
  const [first, second] = [makeTable(set, memory), makeTable(set, memory, 'c', 'd')];
  vfs.operations.length = 0;
  const logged = set.log({ added: [{ level: 0, table: first }] }, { directorySynced: true });
  expect([logged.synced, set.manifestPath, numbers(set.current)[0]]).toEqual([
    false,
    'db/MANIFEST-000001',
    [],
  ]);
  expect(vfs.show(WRITING).replaceAll(/ \d+$/gm, '')).toBe('write db/MANIFEST-000001');
  expect(() => set.log({})).toThrow('was not applied');
  set.sync();
  set.apply(logged);
  expect(numbers(set.current)[0]).toEqual([first.number]);
  expect(() => set.apply(logged)).toThrow('not the last one logged');
  // A sync that failed elsewhere is as final as one that failed here.
  set.log({ added: [{ level: 0, table: second }] }, { directorySynced: true });
  set.fail(new Error('the disk is gone'));
  vfs.operations.length = 0;
  expect(() => set.log({})).toThrow(expect.objectContaining({ code: 'JUMP_POISONED' }));
  expect(() => set.sync()).toThrow(expect.objectContaining({ code: 'JUMP_POISONED' }));
  expect(vfs.show(WRITING)).toBe('');
  expect(numbers(set.current)[0]).toEqual([first.number]);
});

test('an edit that does not fit is refused, and nothing happens', () => {
  const { memory, vfs } = directory();
  const set = VersionSet.create(vfs, 'db');
  const table = makeTable(set, memory);
  set.logAndApply({ added: [{ level: 1, table }], logNumber: set.takeFileNumber() });
  vfs.operations.length = 0;
  const other = { ...table, number: 2 ** 40 };
  expect(() => set.logAndApply({ added: [{ level: 1, table }] })).toThrow('already in level 1');
  expect(() => set.logAndApply({ deleted: [{ level: 2, number: table.number }] })).toThrow(
    RangeError,
  );
  expect(() => set.logAndApply({ added: [{ level: 2, table: other }] })).toThrow('never given out');
  expect(() => set.logAndApply({ logNumber: 99 })).toThrow('never given out');
  expect(() => set.logAndApply({ logNumber: 1 })).toThrow('log number 1 after 3');
  const number = set.takeFileNumber();
  expect(() =>
    set.logAndApply({ added: [{ level: 2, table: { ...table, number, fileSize: -1 } }] }),
  ).toThrow(RangeError);
  expect(vfs.operations).toEqual([]);
  set.logAndApply({});
  expect(numbers(set.current)[1]).toEqual([table.number]);
});

test('file numbers: none twice, none of a file that is there, none above 2^53', () => {
  const { memory } = directory();
  VersionSet.create(memory, 'db').close();
  for (const name of ['000003.log', '000004.ldb', 'MANIFEST-000006', '9007199254740990.ldb']) {
    memory.open(`db/${name}`, 'create').close();
  }
  const set = VersionSet.recover(memory, 'db');
  expect([set.takeFileNumber(), set.takeFileNumber(), set.takeFileNumber()]).toEqual([2, 5, 7]);
  set.markFileNumberUsed(20);
  set.markFileNumberUsed(10);
  expect(set.takeFileNumber()).toBe(21);
  set.markFileNumberUsed(2 ** 53 - 2);
  expect(() => set.takeFileNumber()).toThrow(expect.objectContaining({ code: 'JUMP_UNSUPPORTED' }));
});

test('create() refuses a store, close() ends writing', () => {
  const { memory } = directory();
  const set = VersionSet.create(memory, 'db');
  expect(() => VersionSet.create(memory, 'db')).toThrow(
    expect.objectContaining({ code: 'JUMP_EXISTS' }),
  );
  set.close();
  set.close();
  expect(() => set.logAndApply({})).toThrow(expect.objectContaining({ code: 'JUMP_CLOSED' }));
});
