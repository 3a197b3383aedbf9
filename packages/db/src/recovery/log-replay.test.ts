// Goal:   what damage to a log means: a legal power loss, or corruption; and nothing is lost
//         unsaid.
// Method: logs of our own, with marks, and of LevelDB, without, in which every byte is changed or
//         cut; logs that are missing, cut, or older than they should be.
import { JumpError } from '@jump/base';
import { encodeMark, LogReader, LogWriter } from '@jump/log';
import { logName } from '@jump/manifest';
import { memoryVfs, type Vfs } from '@jump/vfs';
import { describe, expect, test } from 'vitest';
import { DIRECTORY, diskOf, type Files, filesOf, flipped } from '../../test/disk-files.ts';
import { WriteBatch } from '../write/write-batch.ts';
import { type RecoveryMode, replayLogs } from './log-replay.ts';

interface Loss {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

interface Outcome {
  readonly sequences: number[];
  readonly losses: Loss[];
  readonly highest: number;
}

/** A log's records: entries of one batch (their first and last sequence), or a mark. */
type Content = { from: number; to: number } | { mark: number };

function batch(from: number, to: number): WriteBatch {
  const made = new WriteBatch();
  for (let i = from; i <= to; i++) made.set(`key${i}`, `value ${i}`);
  made.seal(from);
  return made;
}

/** Writes logs; the first has number 5. */
function logs(...contents: Content[][]): Files {
  const vfs = memoryVfs();
  vfs.makeDirectory(DIRECTORY);
  contents.forEach((content, i) => {
    const log = new LogWriter({ vfs, path: `${DIRECTORY}/${logName(5 + i)}` });
    for (const one of content) {
      if ('mark' in one) log.append(encodeMark(one.mark));
      else {
        const { bytes, end } = batch(one.from, one.to);
        log.append(bytes, 0, end);
      }
    }
    log.close();
  });
  return filesOf(vfs);
}

function replay(
  vfs: Vfs,
  ours: boolean,
  mode: RecoveryMode = 'strict',
  durableSequence = 0,
): Outcome {
  const sequences: number[] = [];
  const losses: Loss[] = [];
  const highest = replayLogs({
    vfs,
    directory: DIRECTORY,
    logs: vfs
      .list(DIRECTORY)
      .map(Number.parseFloat)
      .sort((a, b) => a - b),
    mode,
    firstSequence: ours ? 1 : undefined,
    durableSequence,
    sink: { add: (sequence) => sequences.push(sequence) },
    afterBatch: () => {},
    onLoss: (file, offset, bytes) => losses.push({ file, offset, bytes }),
  });
  return { sequences, losses, highest };
}

function upTo(last: number, from = 1): number[] {
  return Array.from({ length: last - from + 1 }, (_, i) => from + i);
}

/** Where the records of a log begin and end. */
function places(bytes: Uint8Array): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (const item of LogReader.fromBytes(bytes).items()) {
    if (item.type === 'record') found.push({ start: item.start, end: item.end });
  }
  return found;
}

const FIRST = logName(5);
const SECOND = logName(6);
const THIRD = logName(7);

/** Entries 1 to 6 are on the disk, 7 to 9 may be. */
const OURS = logs([
  { mark: 1 },
  { from: 1, to: 3 },
  { from: 4, to: 6 },
  { mark: 7 },
  { from: 7, to: 8 },
  { from: 9, to: 9 },
]);
const THEIRS = logs([
  { from: 1, to: 3 },
  { from: 4, to: 6 },
  { from: 7, to: 9 },
]);

function corruptionOf(action: () => unknown): JumpError {
  try {
    action();
  } catch (error) {
    if (error instanceof JumpError && error.code === 'JUMP_CORRUPTION') return error;
    throw error;
  }
  throw new Error('no corruption was found');
}

describe('a log of ours', () => {
  const bytes = OURS.get(FIRST)!;
  const records = places(bytes);

  test('that ends before what the manifest says was on the disk is corruption', () => {
    expect(replay(diskOf(OURS), true, 'strict', 9).sequences).toEqual(upTo(9));
    for (let size = 0; size < bytes.length; size++) {
      const cut = (): Vfs => diskOf(OURS, { [FIRST]: bytes.slice(0, size) });
      const error = corruptionOf(() => replay(cut(), true, 'strict', 9));
      expect(error, `cut to ${size}`).toMatchObject({ file: `${DIRECTORY}/${FIRST}` });
      const { sequences, losses } = replay(cut(), true, 'prefix', 9);
      expect(sequences.length, `cut to ${size}`).toBeLessThan(9);
      expect(losses, `cut to ${size}`).toHaveLength(1);
    }
  });

  test('is read to its end', () => {
    expect(replay(diskOf(OURS), true)).toEqual({ sequences: upTo(9), losses: [], highest: 9 });
  });

  test('damage in front of the last mark is corruption, wherever it is', () => {
    for (let at = 0; at < records[3]!.start; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const vfs = diskOf(OURS, { [FIRST]: flipped(bytes, at, mask) });
        const error = corruptionOf(() => replay(vfs, true));
        const record = records.find(({ end }) => at < end)!;
        expect(error.file).toBe(`${DIRECTORY}/${FIRST}`);
        expect(error.offset, `byte ${at}`).toBe(record.start);
        expect(error.message).toContain("recovery: 'prefix'");
      }
    }
  });

  test('damage behind it is a legal loss: what is in front is kept, and the loss is told', () => {
    for (let at = records[3]!.start; at < bytes.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const { sequences, losses } = replay(
          diskOf(OURS, { [FIRST]: flipped(bytes, at, mask) }),
          true,
        );
        const { start } = records.find(({ end }) => at < end)!;
        const last = [0, 0, 3, 6, 6, 8][records.findIndex((record) => record.start === start)]!;
        expect(sequences, `byte ${at}`).toEqual(upTo(last));
        const lost = { file: `${DIRECTORY}/${FIRST}`, offset: start, bytes: bytes.length - start };
        expect(losses, `byte ${at}`).toEqual([lost]);
      }
    }
  });

  test('may end anywhere', () => {
    for (let size = 0; size < bytes.length; size++) {
      const { sequences, losses } = replay(diskOf(OURS, { [FIRST]: bytes.slice(0, size) }), true);
      const whole = records.filter(({ end }) => end <= size);
      const last = [0, 0, 3, 6, 6, 8, 9][whole.length]!;
      expect(sequences).toEqual(upTo(last));
      const offset = whole.at(-1)?.end ?? 0;
      const lost = { file: `${DIRECTORY}/${FIRST}`, offset, bytes: size - offset };
      expect(losses).toEqual(size > offset ? [lost] : []);
    }
  });

  test('may end in zeros', () => {
    const vfs = diskOf(OURS, { [FIRST]: Uint8Array.from([...bytes, ...new Uint8Array(5000)]) });
    expect(replay(vfs, true).sequences).toEqual(upTo(9));
  });

  test('prefix stops at the first damage whatever follows; salvage goes on behind it', () => {
    const { start, end } = records[1]!;
    const vfs = diskOf(OURS, { [FIRST]: flipped(bytes, start + 10, 1) });
    const file = `${DIRECTORY}/${FIRST}`;
    expect(replay(vfs, true, 'prefix')).toEqual({
      sequences: [],
      losses: [{ file, offset: start, bytes: bytes.length - start }],
      highest: 0,
    });
    expect(replay(vfs, true, 'salvage')).toEqual({
      sequences: upTo(9, 4),
      losses: [{ file, offset: start, bytes: end - start }],
      highest: 9,
    });
  });
});

describe('logs of ours', () => {
  test('a cut older log is a legal loss, of all that follows too, unless a mark covers it', () => {
    const files = logs([{ mark: 1 }, { from: 1, to: 3 }], [{ mark: 1 }, { from: 4, to: 6 }]);
    const cut = files.get(FIRST)!.slice(0, -1);
    const { sequences, losses } = replay(diskOf(files, { [FIRST]: cut }), true);
    expect(sequences).toEqual([]);
    expect(losses.map(({ file }) => file)).toEqual([
      `${DIRECTORY}/${FIRST}`,
      `${DIRECTORY}/${SECOND}`,
    ]);
    const covered = logs([{ mark: 1 }, { from: 1, to: 3 }], [{ mark: 4 }, { from: 4, to: 6 }]);
    const error = corruptionOf(() => replay(diskOf(covered, { [FIRST]: cut }), true));
    expect(error.file).toBe(`${DIRECTORY}/${FIRST}`);
  });

  test('a log cut between two records shows as a gap', () => {
    const whole = [{ mark: 1 }, { from: 1, to: 3 }, { from: 4, to: 6 }];
    const short = [{ mark: 1 }, { from: 1, to: 3 }];
    const next = (mark: number): Content[] => [{ mark }, { from: 7, to: 9 }];
    expect(replay(diskOf(logs(whole, next(1))), true).sequences).toEqual(upTo(9));
    const { sequences, losses } = replay(diskOf(logs(short, next(4))), true);
    expect(sequences).toEqual(upTo(3));
    expect(losses).toHaveLength(1);
    expect(losses[0]).toMatchObject({ file: `${DIRECTORY}/${SECOND}`, offset: 19 });
    const error = corruptionOf(() => replay(diskOf(logs(short, next(5))), true));
    expect(error.message).toContain('the entries from 4 to 4 are missing');
    expect(error.file).toBe(`${DIRECTORY}/${SECOND}`);
    // Even where nothing but the mark follows.
    corruptionOf(() => replay(diskOf(logs(short, [{ mark: 7 }])), true));
  });

  test('a missing log shows as a gap', () => {
    const files = logs(
      [{ mark: 1 }, { from: 1, to: 3 }],
      [{ mark: 1 }, { from: 4, to: 6 }],
      [{ mark: 1 }, { from: 7, to: 9 }],
    );
    expect(replay(diskOf(files, { [SECOND]: undefined }), true).sequences).toEqual(upTo(3));
    const marked = logs(
      [{ mark: 1 }, { from: 1, to: 3 }],
      [{ mark: 1 }, { from: 4, to: 6 }],
      [{ mark: 1 }, { from: 7, to: 9 }, { mark: 10 }],
    );
    const error = corruptionOf(() => replay(diskOf(marked, { [SECOND]: undefined }), true));
    expect(error.file).toBe(`${DIRECTORY}/${THIRD}`);
    expect(replay(diskOf(marked, { [SECOND]: undefined }), true, 'salvage').sequences).toEqual([
      1, 2, 3, 7, 8, 9,
    ]);
  });

  test('LevelDB may have gone on with our manifest: entries older than it says are taken', () => {
    // Its manifests tell the newest sequence, not that of the newest table.
    const files = logs([{ from: 1, to: 3 }], [{ from: 4, to: 6 }]);
    const sequences: number[] = [];
    replayLogs({
      vfs: diskOf(files),
      directory: DIRECTORY,
      logs: [5, 6],
      mode: 'strict',
      firstSequence: 3,
      durableSequence: 0,
      sink: { add: (sequence) => sequences.push(sequence) },
      afterBatch: () => {},
      onLoss: () => expect.unreachable(),
    });
    expect(sequences).toEqual(upTo(6));
  });
});

describe("LevelDB's logs", () => {
  const bytes = THEIRS.get(FIRST)!;
  const records = places(bytes);

  test('damage with whole records behind it is corruption; in the last record it is a torn tail', () => {
    for (let at = 0; at < bytes.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const vfs = diskOf(THEIRS, { [FIRST]: flipped(bytes, at, mask) });
        const { start } = records.find(({ end }) => at < end)!;
        if (start === records[2]!.start) {
          const { sequences, losses } = replay(vfs, false);
          expect(sequences).toEqual(upTo(6));
          const lost = {
            file: `${DIRECTORY}/${FIRST}`,
            offset: start,
            bytes: bytes.length - start,
          };
          expect(losses).toEqual([lost]);
        } else {
          expect(corruptionOf(() => replay(vfs, false)).offset, `byte ${at}`).toBe(start);
        }
      }
    }
  });

  test('may end anywhere, but only the newest one', () => {
    for (let size = 0; size < bytes.length; size++) {
      const cut = { [FIRST]: bytes.slice(0, size) };
      const whole = records.filter(({ end }) => end <= size);
      expect(replay(diskOf(THEIRS, cut), false).sequences).toEqual(upTo(3 * whole.length));
      if (whole.some(({ end }) => end === size) || size === 0) continue;
      const two = new Map([...THEIRS, [SECOND, logs([{ from: 10, to: 12 }]).get(FIRST)!]]);
      const error = corruptionOf(() => replay(diskOf(two, cut), false));
      expect(error.file).toBe(`${DIRECTORY}/${FIRST}`);
      expect(replay(diskOf(two, cut), false, 'prefix').sequences).toEqual(upTo(3 * whole.length));
    }
  });
});

test('a batch that lies about itself is damage, though its checksum is right', () => {
  // Too many entries, too few, of no known kind, a key longer than the batch.
  for (const [at, byte] of [
    [8, 9],
    [8, 1],
    [12, 7],
    [13, 200],
  ] as const) {
    const vfs = memoryVfs();
    vfs.makeDirectory(DIRECTORY);
    const log = new LogWriter({ vfs, path: `${DIRECTORY}/${FIRST}` });
    const made = batch(1, 2);
    made.bytes[at] = byte;
    log.append(made.bytes, 0, made.end);
    const next = batch(3, 3);
    log.append(next.bytes, 0, next.end);
    log.close();
    expect(corruptionOf(() => replay(vfs, false)).offset).toBe(0);
    expect(replay(vfs, false, 'salvage').sequences).toEqual([3]);
  }
});
