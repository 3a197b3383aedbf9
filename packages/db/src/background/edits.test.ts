// Goal:   an edit is current, and its files go, when the manifest is on the disk; not before.
// Method: an executor that syncs when the test says so; what happens when is written down.
import { encodeInternalKey } from '@jump/base';
import { type TableMeta, VersionSet } from '@jump/manifest';
import { memoryVfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import type { Store } from '../store.ts';
import { Edits } from './edits.ts';
import type { Executor } from './executor.ts';
import type { Failure } from './file-work.ts';
import type { ObsoleteFiles } from './obsolete-files.ts';

function setUp() {
  const vfs = memoryVfs();
  vfs.makeDirectory('db');
  const versions = VersionSet.create(vfs, 'db');
  const log: string[] = [];
  const syncs: ((failure?: Failure) => void)[] = [];
  const store = {
    versions,
    version: versions.current,
    poisoned: false,
    poison(error: unknown) {
      store.poisoned = true;
      log.push(`poisoned: ${error}`);
      return error;
    },
    checkWritable() {
      if (store.poisoned) throw new Error('poisoned');
    },
  };
  const obsolete = {
    add: (numbers: Iterable<number>) => log.push(`obsolete ${[...numbers].join()}`),
    sweep: () => log.push('sweep'),
  };
  const executor = {
    sync: (_file: unknown, done: (failure?: Failure) => void) => syncs.push(done),
    wait: () => syncs.shift()!(undefined),
  };
  const edits = new Edits(
    store as unknown as Store,
    obsolete as unknown as ObsoleteFiles,
    () => executor as unknown as Executor,
  );
  const table = (): TableMeta => {
    const key = encodeInternalKey(new Uint8Array([1]), 1, 1);
    return { number: versions.takeFileNumber(), fileSize: 10, smallest: key, largest: key };
  };
  const live = (): number[] => store.version.levels.flat().map(({ number }) => number);
  return { edits, store, log, syncs, table, live };
}

test('an edit is current once its sync has ended; the next one follows then', () => {
  const { edits, log, syncs, table, live } = setUp();
  const [first, second] = [table(), table()];
  const tell = (what: string) => () => log.push(what);
  edits.apply({
    edit: { added: [{ level: 0, table: first }] },
    live: tell('live 1'),
    done: tell('done 1'),
  });
  edits.apply({
    edit: { added: [{ level: 0, table: second }], deleted: [{ level: 0, number: first.number }] },
    live: tell('live 2'),
    done: tell('done 2'),
  });
  expect([edits.busy, live(), log, syncs.length]).toEqual([true, [], [], 1]);
  syncs.shift()!();
  expect([edits.busy, live(), syncs.length]).toEqual([true, [first.number], 1]);
  expect(log.splice(0)).toEqual(['live 1', 'obsolete ', 'sweep', 'done 1']);
  syncs.shift()!();
  expect([edits.busy, live(), syncs.length]).toEqual([false, [second.number], 0]);
  expect(log).toEqual(['live 2', `obsolete ${first.number}`, 'sweep', 'done 2']);
});

test('a move is current at once', () => {
  const { edits, store, syncs, table } = setUp();
  const one = table();
  edits.apply({ edit: { added: [{ level: 0, table: one }] } });
  edits.settle();
  const edit = {
    deleted: [{ level: 0, number: one.number }],
    added: [{ level: 1, table: one }],
  };
  edits.move({ edit });
  expect([edits.busy, syncs.length]).toEqual([false, 0]);
  expect(store.version.levels.map((tables) => tables.length)).toEqual([0, 1, 0, 0, 0, 0, 0]);
});

test('who is told of an edit sees that another one waits, and may wait for it', () => {
  const { edits, syncs, table, live } = setUp();
  const seen: unknown[] = [];
  edits.apply({
    edit: { added: [{ level: 0, table: table() }] },
    done: () => {
      seen.push(edits.busy);
      edits.settle();
      seen.push(edits.busy, live().length);
    },
  });
  edits.apply({ edit: { added: [{ level: 1, table: table() }] } });
  syncs.shift()!();
  expect(seen).toEqual([true, false, 2]);
});

test('settle() waits for all edits', () => {
  const { edits, syncs, table, live } = setUp();
  const [first, second] = [table(), table()];
  edits.apply({ edit: { added: [{ level: 0, table: first }] } });
  edits.apply({ edit: { added: [{ level: 1, table: second }] } });
  edits.settle();
  expect([edits.busy, live().length, syncs.length]).toEqual([false, 2, 0]);
});

test('a sync that fails poisons: nothing is removed, no later edit is written', () => {
  const { edits, log, syncs, table, live } = setUp();
  edits.apply({ edit: { added: [{ level: 0, table: table() }] }, live: () => log.push('live') });
  edits.apply({ edit: { added: [{ level: 0, table: table() }] }, live: () => log.push('live') });
  syncs.shift()!({ error: new Error('EIO') });
  expect([live(), log, syncs.length]).toEqual([[], ['poisoned: Error: EIO'], 0]);
  expect(() => edits.settle()).toThrow('poisoned');
});

test('a store that is poisoned meanwhile changes nothing more', () => {
  const { edits, store, log, syncs, table, live } = setUp();
  edits.apply({ edit: { added: [{ level: 0, table: table() }] } });
  store.poison('the log');
  syncs.shift()!();
  expect([live(), log]).toEqual([[], ['poisoned: the log']]);
});
