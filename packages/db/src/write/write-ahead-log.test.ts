// Goal:   who waits for the disk waits for the flush that covers it, and for no later one.
// Method: a file whose flushes end when the test says so.
import { memoryVfs, type Vfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { WriteAheadLog } from './write-ahead-log.ts';

/** A log whose flushes wait to be ended. */
function slowLog(): { log: WriteAheadLog; write: () => void; flushes: (() => void)[] } {
  const memory = memoryVfs();
  memory.makeDirectory('/db');
  const flushes: (() => void)[] = [];
  const vfs: Vfs = {
    ...memory,
    open(path, mode) {
      const file = memory.open(path, mode);
      file.syncAsync = () => new Promise((resolve) => flushes.push(resolve));
      return file;
    },
  };
  let lastSequence = 0;
  const owner = {
    vfs,
    directory: '/db',
    get lastSequence() {
      return lastSequence;
    },
    poison: (cause: unknown) => cause as Error,
  };
  const log = new WriteAheadLog(owner, 5, 'turn');
  log.begin();
  const write = (): void => {
    lastSequence++;
  };
  return { log, write, flushes };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('calls of one moment share a flush, those that come meanwhile the next', async () => {
  const { log, write, flushes } = slowLog();
  const ended: string[] = [];
  const sync = (name: string): void => void log.sync().then(() => ended.push(name));
  write();
  sync('a');
  write();
  sync('b');
  await turn();
  expect(flushes).toHaveLength(1);
  write();
  sync('c');
  await turn();
  expect(flushes).toHaveLength(1);
  flushes[0]!();
  await turn();
  expect(ended).toEqual(['a', 'b']);
  expect(flushes).toHaveLength(2);
  flushes[1]!();
  await turn();
  expect(ended).toEqual(['a', 'b', 'c']);
  expect(log.durableSequence).toBe(3);
  await log.sync();
  expect(flushes).toHaveLength(2);
});

test('all who wait are told of a failure, once', async () => {
  const { log, write } = slowLog();
  write();
  const first = log.sync();
  await turn();
  write();
  const second = log.sync();
  log.fail(new Error('the disk is gone'));
  await expect(first).rejects.toThrow('gone');
  await expect(second).rejects.toThrow('gone');
});
