// Goal:   no damage to CURRENT or a manifest goes unseen, and no state that a power loss leaves is
//         taken for damage.
// Method: each byte is changed and each length is cut, once with the files of older states still
//         there and once without; hand-made manifests reach each check behind the checksums.
import { readFileSync } from 'node:fs';
import { bytewiseComparator, encodeInternalKey } from '@jump/base';
import { LogReader, LogWriter } from '@jump/log';
import { memoryVfs, readFile, type Vfs } from '@jump/vfs';
import { describe, expect, test } from 'vitest';
import { encodeVersionEdit, readCurrent, type VersionEdit, VersionSet } from './index.ts';

const key = (text: string) => encodeInternalKey(new TextEncoder().encode(text), 1, 1);
const added = (level: number, number: number, from = 'a', to = 'b') => ({
  level,
  table: { number, fileSize: 10, smallest: key(from), largest: key(to) },
});

function put(vfs: Vfs, path: string, bytes: Uint8Array): void {
  const file = vfs.open(path, 'replace');
  file.write(bytes, 0, bytes.length);
  file.close();
}

/** A directory with a manifest of these edits, CURRENT, and files of ten bytes. */
function store(edits: readonly Partial<VersionEdit>[], files: readonly string[] = []): Vfs {
  const vfs = memoryVfs();
  vfs.makeDirectory('db');
  const writer = new LogWriter({ vfs, path: 'db/MANIFEST-000002' });
  for (const edit of edits) writer.append(encodeVersionEdit(edit));
  writer.close();
  put(vfs, 'db/CURRENT', Buffer.from('MANIFEST-000002\n'));
  for (const name of files) put(vfs, `db/${name}`, new Uint8Array(10));
  return vfs;
}

const START = {
  comparator: 'leveldb.BytewiseComparator',
  logNumber: 0,
  previousLogNumber: 0,
  nextFileNumber: 100,
  lastSequence: 5,
};
const show = (set: VersionSet) =>
  JSON.stringify([
    set.current.levels.map((l) => l.map((t) => t.number)),
    set.logNumber,
    set.lastSequence,
  ]);
const corruption = (file: string, message: RegExp | string = '') =>
  expect.objectContaining({
    code: 'JUMP_CORRUPTION',
    file,
    message: expect.stringMatching(message),
  });

describe('CURRENT', () => {
  test.each([
    ['', 'empty'],
    ['MANIFEST-000002', 'no line feed'],
    ['MANIFEST-000002\r\n', 'a carriage return'],
    ['MANIFEST-000002\n\n', 'two line feeds'],
    ['../x/MANIFEST-000002\n', 'a way out'],
    ['/db/MANIFEST-000002\n', 'an absolute path'],
    ['MANIFEST-000002\0\n', 'a NUL'],
    ['\0'.repeat(16), 'zeros'],
    ['MANIFEST-\n', 'no number'],
    ['manifest-000002\n', 'lower case'],
    ['MANIFEST-99999999999999999999\n', 'a huge number'],
    ['000002.log\n', 'a log'],
    ['MANIFEST-٣\n', 'other digits'],
  ])('%j is refused: %s', (text) => {
    const vfs = store([START]);
    put(vfs, 'db/CURRENT', Buffer.from(text));
    expect(() => VersionSet.recover(vfs, 'db')).toThrow(corruption('db/CURRENT'));
  });

  test('one of a megabyte is refused without being read', () => {
    const vfs = store([START]);
    put(vfs, 'db/CURRENT', new Uint8Array(1 << 20));
    expect(() => readCurrent(vfs, 'db')).toThrow(corruption('db/CURRENT', /64/));
  });

  test('names a manifest that must be there, whatever its zeros', () => {
    const vfs = store([START]);
    put(vfs, 'db/CURRENT', Buffer.from('MANIFEST-000009\n'));
    expect(() => VersionSet.recover(vfs, 'db')).toThrow(
      corruption('db/CURRENT', /MANIFEST-000009.*missing/),
    );
    vfs.rename('db/MANIFEST-000002', 'db/MANIFEST-2');
    put(vfs, 'db/CURRENT', Buffer.from('MANIFEST-2\n'));
    expect(VersionSet.recover(vfs, 'db').manifestNumber).toBe(2);
  });

  test('missing is JUMP_NOT_FOUND', () => {
    const vfs = store([START]);
    vfs.remove('db/CURRENT');
    expect(() => VersionSet.recover(vfs, 'db')).toThrow(
      expect.objectContaining({ code: 'JUMP_NOT_FOUND' }),
    );
    expect(readCurrent(vfs, 'db')).toBeUndefined();
  });
});

test('what LevelDB wrote leads to the tables that LevelDB said it had', () => {
  const vfs = memoryVfs();
  vfs.makeDirectory('db');
  const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
  put(vfs, 'db/MANIFEST-000097', fixture('leveldb-life.manifest'));
  put(vfs, 'db/CURRENT', Buffer.from('MANIFEST-000097\n'));
  const set = VersionSet.recover(vfs, 'db', bytewiseComparator, { checkTables: false });
  const text = (bytes: Uint8Array) => {
    const [tag = 0n] = new BigUint64Array(bytes.slice(-8).buffer);
    return `'${new TextDecoder().decode(bytes.slice(0, -8))}' @ ${tag >> 8n} : ${tag & 255n}`;
  };
  const lines = set.current.levels.flatMap((tables, level) => [
    `--- level ${level} ---`,
    ...tables.map((t) => ` ${t.number}:${t.fileSize}[${text(t.smallest)} .. ${text(t.largest)}]`),
  ]);
  expect(`${lines.join('\n')}\n`).toBe(fixture('leveldb-life.txt').toString());
  expect([set.logNumber, set.nextFileNumber, set.tornTail]).toMatchObject([210, 212, undefined]);
});

describe('damage', () => {
  // Each edit moves on: after it, files of the state before are obsolete.
  const edits = [
    START,
    { logNumber: 3, nextFileNumber: 100, added: [added(0, 4)] },
    {
      added: [added(0, 5, 'c', 'd')],
      compactPointers: [{ level: 0, key: key('d') }],
      lastSequence: 9,
    },
    { logNumber: 6, deleted: [{ level: 0, number: 4 }], added: [added(1, 7)] },
  ];
  const everything = ['000003.log', '000004.ldb', '000005.ldb', '000006.log', '000007.ldb'];
  const newest = ['000005.ldb', '000006.log', '000007.ldb'];
  const states = edits.map((_, i) =>
    show(VersionSet.recover(store(edits.slice(0, i + 1), everything), 'db')),
  );
  const whole = readFile(store(edits), 'db/MANIFEST-000002', 1e6)!;
  const starts = [...LogReader.fromBytes(whole).items()].map((item) => item.start);

  const CHANGES: Readonly<Record<string, (byte: number) => number>> = {
    'one low bit': (byte) => byte ^ 1,
    'one high bit': (byte) => byte ^ 0x80,
    'all bits': (byte) => byte ^ 0xff,
    zero: () => 0,
  };
  test.each(Object.keys(CHANGES))(
    'every byte changed (%s): corruption with an offset, or the last edit is reported',
    (how) => {
      for (let at = 0; at < whole.length; at++) {
        const bytes = whole.slice();
        bytes[at] = CHANGES[how]!(bytes[at]!);
        if (bytes[at] === whole[at]) continue;
        const hit = starts.findLastIndex((start) => start <= at);
        for (const files of [everything, newest]) {
          const vfs = store([], files);
          put(vfs, 'db/MANIFEST-000002', bytes);
          if (hit === 3 && files === everything) {
            const set = VersionSet.recover(vfs, 'db');
            expect([at, show(set)]).toEqual([at, states[2]]);
            expect(set.tornTail).toMatchObject({
              file: 'db/MANIFEST-000002',
              offset: starts[3],
              bytes: whole.length - starts[3]!,
            });
          } else {
            expect(() => VersionSet.recover(vfs, 'db'), `byte ${at}`).toThrow(
              expect.objectContaining({
                code: 'JUMP_CORRUPTION',
                file: 'db/MANIFEST-000002',
                offset: starts[hit],
              }),
            );
          }
        }
      }
    },
  );

  test.each([
    ['cut off', (at: number) => whole.slice(0, at)],
    ['zeroed', (at: number) => whole.slice().fill(0, at)],
  ])('%s at every byte: the state before, if its files are there', (_, damageAt) => {
    for (let at = 0; at < whole.length; at++) {
      const bytes = damageAt(at);
      // A byte that was zero before is not lost.
      const intact = (_: number, i: number) => {
        const end = starts[i + 1] ?? whole.length;
        return Buffer.compare(bytes.subarray(0, end), whole.subarray(0, end)) === 0;
      };
      const kept = starts.filter(intact).length;
      const vfs = store([], everything);
      put(vfs, 'db/MANIFEST-000002', bytes);
      if (kept === 0) {
        expect(() => VersionSet.recover(vfs, 'db'), `byte ${at}`).toThrow(
          corruption('db/MANIFEST-000002'),
        );
        continue;
      }
      const set = VersionSet.recover(vfs, 'db');
      expect([at, show(set)]).toEqual([at, states[kept - 1]]);
      const clean = bytes.length === (starts[kept] ?? whole.length);
      expect(set.tornTail?.offset, `byte ${at}`).toBe(clean ? undefined : starts[kept]);
      const poorer = store([], newest);
      put(poorer, 'db/MANIFEST-000002', bytes);
      if (kept > 1 && kept < 4)
        expect(() => VersionSet.recover(poorer, 'db')).toThrow(/000004\.ldb/);
    }
  });

  test('a torn tail whose predecessor lacks only its log is corruption, naming both', () => {
    const vfs = store([], ['000004.ldb', ...newest]);
    put(vfs, 'db/MANIFEST-000002', whole.slice(0, -1));
    expect(() => VersionSet.recover(vfs, 'db')).toThrow(
      corruption('db/MANIFEST-000002', /offset \d+: .*torn-tail.*db\/000003\.log/),
    );
  });

  test('a live table is missing, has another size, is a directory', () => {
    const vfs = store(edits, newest);
    expect(show(VersionSet.recover(vfs, 'db'))).toBe(states[3]);
    vfs.rename('db/000007.ldb', 'db/000007.sst');
    expect(show(VersionSet.recover(vfs, 'db'))).toBe(states[3]);
    put(vfs, 'db/000007.sst', new Uint8Array(11));
    expect(() => VersionSet.recover(vfs, 'db')).toThrow(
      corruption('db/000007.sst', /11 bytes.*10 bytes/),
    );
    vfs.remove('db/000007.sst');
    expect(() => VersionSet.recover(vfs, 'db')).toThrow(corruption('db/000007.ldb', /missing/));
    vfs.makeDirectory('db/000007.ldb');
    expect(() => VersionSet.recover(vfs, 'db')).toThrow(corruption('db/000007.ldb', /directory/));
    expect(show(VersionSet.recover(vfs, 'db', bytewiseComparator, { checkTables: false }))).toBe(
      states[3],
    );
  });
});

test('a table that one edit adds twice, as goleveldb’s do after a recovery, is there once', () => {
  const vfs = store([START, { added: [added(0, 4), added(0, 5), added(0, 4)] }]);
  for (const name of ['000004.ldb', '000005.ldb']) put(vfs, `db/${name}`, new Uint8Array(10));
  const set = VersionSet.recover(vfs, 'db');
  expect(set.current.levels[0]?.map(({ number }) => number).toSorted()).toEqual([4, 5]);
});

describe('manifests that no store writes', () => {
  test.each<[string, Partial<VersionEdit>[], RegExp]>([
    [
      'a table added twice',
      [START, { added: [added(0, 4)] }, { added: [added(1, 4)] }],
      /table 4 joins level 1, but is in level 0/,
    ],
    [
      'a table added twice in one edit, to two levels',
      [START, { added: [added(0, 4), added(1, 4)] }],
      /table 4 joins level 1, but is in level 0/,
    ],
    [
      'a table added twice in one edit, with other keys',
      [START, { added: [added(0, 4), added(0, 4, 'a', 'c')] }],
      /table 4 joins level 0/,
    ],
    [
      'a table added once more by a later edit',
      [START, { added: [added(0, 4)] }, { added: [added(0, 4)] }],
      /table 4 joins level 0/,
    ],
    [
      'a table deleted that never was',
      [START, { deleted: [{ level: 0, number: 4 }] }],
      /table 4 leaves level 0/,
    ],
    [
      'a table deleted from another level',
      [START, { added: [added(0, 4)] }, { deleted: [{ level: 1, number: 4 }] }],
      /table 4 leaves level 1/,
    ],
    [
      'a live table above the next number',
      [START, { added: [added(0, 100)] }],
      /table 100 is live, but the next file number is 100/,
    ],
    [
      'a next number that goes back',
      [START, { added: [added(0, 40)] }, { nextFileNumber: 40 }],
      /table 40/,
    ],
    [
      'tables that overlap',
      [START, { added: [added(1, 4, 'a', 'c'), added(1, 5, 'b', 'd')] }],
      /tables 4 and 5 overlap in level 1/,
    ],
    [
      'a range that ends before it begins',
      [START, { added: [added(1, 4, 'c', 'a')] }],
      /table 4 .*key range/,
    ],
    [
      'no comparator',
      [{ ...START, comparator: undefined } as unknown as Partial<VersionEdit>],
      /comparator/,
    ],
    [
      'no log number',
      [{ ...START, logNumber: undefined } as unknown as Partial<VersionEdit>],
      /log number/,
    ],
    [
      'no last sequence',
      [{ ...START, lastSequence: undefined } as unknown as Partial<VersionEdit>],
      /last sequence/,
    ],
    [
      'no next file number',
      [{ ...START, nextFileNumber: undefined } as unknown as Partial<VersionEdit>],
      /next file number/,
    ],
    ['nothing', [], /no edit/],
  ])('%s', (_, edits, message) => {
    const vfs = store(edits, ['000004.ldb', '000005.ldb', '000040.ldb', '000100.ldb']);
    expect(() => VersionSet.recover(vfs, 'db')).toThrow(corruption('db/MANIFEST-000002', message));
  });

  test('another comparator is JUMP_UNSUPPORTED, naming both', () => {
    const comparator = { ...bytewiseComparator, name: 'mine' };
    expect(() => VersionSet.recover(store([START]), 'db', comparator)).toThrow(
      expect.objectContaining({
        code: 'JUMP_UNSUPPORTED',
        message: expect.stringMatching(/"leveldb\.BytewiseComparator".*"mine"/),
      }),
    );
    expect(
      VersionSet.recover(store([{ ...START, comparator: 'mine' }]), 'db', comparator)
        .comparatorName,
    ).toBe('mine');
    const huge = store([{ ...START, comparator: 'x'.repeat(1 << 20) }]);
    expect(() => VersionSet.recover(huge, 'db')).toThrow(/^.{1,400}$/);
  });

  test('a first edit without fields tells JumpDB from LevelDB', () => {
    expect(VersionSet.recover(store([START]), 'db').ours).toBe(false);
    expect(VersionSet.recover(store([START, {}]), 'db').ours).toBe(false);
    const vfs = store([{}, START]);
    expect(VersionSet.recover(vfs, 'db').ours).toBe(true);
  });

  test('a log number as high as the next file number is only used up, as LevelDB has it', () => {
    const vfs = store([{ ...START, logNumber: 100, previousLogNumber: 120 }]);
    expect(VersionSet.recover(vfs, 'db').nextFileNumber).toBe(121);
  });
});
