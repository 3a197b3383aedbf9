// Goal:   of a log every batch that is whole is read, none in part, and what is lost is counted.
import { encodeMark, LogWriter } from '@jump/log';
import { memoryVfs } from '@jump/vfs';
import { describe, expect, test } from 'vitest';
import { WriteBatch } from '../write/write-batch.ts';
import { type SalvagedLog, salvageLog } from './log-salvage.ts';
import { fileNotes } from './report.ts';

const NAME = '000003.log';

/** Makes a log of marks (numbers) and of batches (first sequence and count). */
function makeLog(...items: (number | [number, number])[]): Uint8Array {
  const vfs = memoryVfs();
  const log = new LogWriter({ vfs, path: NAME });
  for (const item of items) {
    if (typeof item === 'number') log.append(encodeMark(item));
    else log.append(batchOf(...item));
  }
  log.close();
  const file = vfs.open(NAME, 'read');
  const content = new Uint8Array(file.size());
  file.read(content, 0, content.length, 0);
  return content;
}

function batchOf(first: number, count: number): Uint8Array {
  const batch = new WriteBatch();
  for (let i = 0; i < count; i++) {
    const key = new TextEncoder().encode(`key ${first + i}`);
    batch.deleteRange(key, 0, key.length);
  }
  batch.seal(first);
  return batch.bytes.slice(0, batch.end);
}

function salvage(content: Uint8Array): { log: SalvagedLog; sequences: number[] } {
  const vfs = memoryVfs();
  const file = vfs.open(NAME, 'create');
  file.write(content, 0, content.length);
  file.close();
  const sequences: number[] = [];
  const place = { number: 3, name: NAME, path: NAME, size: content.length };
  const steps = salvageLog(
    vfs,
    { ...place, notes: fileNotes(NAME, 'log') },
    {
      add: (sequence) => void sequences.push(sequence),
    },
  );
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return { log: step.value, sequences };
}

const upTo = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a log', () => {
  const whole = makeLog(1, [1, 3], [4, 3], 7, [7, 2], [9, 1]);

  test('that is whole is read whole', () => {
    const { log, sequences } = salvage(whole);
    expect(sequences).toEqual(upTo(1, 9));
    expect(log).toMatchObject({ entries: 9, firstSequence: 1, lastSequence: 9, lost: 0 });
    expect(log).toMatchObject({ ours: true, damage: [], damagedFirst: false });
    expect(salvage(makeLog([5, 1])).log).toMatchObject({ ours: false, firstSequence: 5 });
    expect(salvage(makeLog()).log).toMatchObject({ ours: false, entries: 0, lost: 0 });
  });

  test('whose bytes change one by one loses one batch each, and knows how much that was', () => {
    let counted = 0;
    for (let at = 0; at < whole.length; at++) {
      const damaged = whole.slice();
      damaged[at]! ^= 0xff;
      const { log, sequences } = salvage(damaged);
      const batches = [upTo(1, 3), upTo(4, 6), upTo(7, 8), [9]];
      for (const batch of batches) {
        const there = batch.filter((sequence) => sequences.includes(sequence)).length;
        expect([0, batch.length], `byte ${at}`).toContain(there);
      }
      expect(9 - sequences.length, `byte ${at}`).toBeLessThanOrEqual(3);
      expect(log.damage, `byte ${at}`).toHaveLength(1);
      if (log.lost === 9 - sequences.length) counted++;
    }
    // Not where damage hits the first batch, the last one, or a mark.
    expect(counted).toBeGreaterThan(whole.length / 3);
  });

  test('that ends in a record has lost nothing that anybody was promised', () => {
    for (let size = 0; size < whole.length; size++) {
      const { log, sequences } = salvage(whole.slice(0, size));
      expect(sequences).toEqual(upTo(1, log.lastSequence));
      expect(log.lost).toBe(0);
    }
  });
});

test('a mark behind damage tells how much is lost', () => {
  const content = makeLog(1, [1, 3], [4, 3], 7);
  content[content.length - 22]! ^= 1;
  const { log, sequences } = salvage(content);
  expect(sequences).toEqual([1, 2, 3]);
  expect(log.lost).toBe(3);
});

test.each<[string, (batch: Uint8Array) => Uint8Array]>([
  ['too short for a batch', (batch) => batch.slice(0, 7)],
  ['of more entries than it has', (batch) => batch.fill(9, 8, 9)],
  ['of an entry of no known kind', (batch) => batch.fill(7, 12, 13)],
  ['of sequences beyond all', (batch) => batch.fill(0xff, 0, 7)],
  ['of sequences that were there before', (batch) => batch.fill(2, 0, 1)],
])('a record %s is damage, though its checksum is right', (_, change) => {
  const vfs = memoryVfs();
  const log = new LogWriter({ vfs, path: NAME });
  log.append(batchOf(1, 2));
  log.append(change(batchOf(3, 2)));
  log.append(batchOf(5, 2));
  log.close();
  const file = vfs.open(NAME, 'read');
  const content = new Uint8Array(file.size());
  file.read(content, 0, content.length, 0);
  const { log: found, sequences } = salvage(content);
  expect(sequences).toEqual([1, 2, 5, 6]);
  expect(found).toMatchObject({ entries: 4, lost: 2 });
  expect(found.damage).toHaveLength(1);
});
