// Goal:   our logs are LevelDB's, byte for byte, and a failed write is the last one.
// Method: LevelDB's own logs are read and written again; every record length around every block end
//         is framed by the writer and by a slow second implementation; faults at every call.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { crc32c, maskCrc } from '@jump/base';
import { FaultVfs, hexBlocks } from '@jump/testkit';
import { memoryVfs, readFile, type Vfs } from '@jump/vfs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogReader, LogWriter, type LogWriterOptions } from './index.ts';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));

/** Frames records by the book: slow, and written apart from the writer. */
function frame(records: readonly Uint8Array[]): Uint8Array {
  let out = Buffer.alloc(0);
  for (const record of records) {
    let rest = record;
    for (let begin = true, end = false; !end; begin = false) {
      const left = 32768 - (out.length % 32768);
      const padding = Buffer.alloc(left < 7 ? left : 0);
      const data = rest.slice(0, (left < 7 ? 32768 : left) - 7);
      rest = rest.slice(data.length);
      end = rest.length === 0;
      const type = begin ? (end ? 1 : 2) : end ? 4 : 3;
      const body = Buffer.concat([Buffer.of(type), data]);
      const header = Buffer.alloc(6);
      header.writeUInt32LE(maskCrc(crc32c(body)), 0);
      header.writeUInt16LE(data.length, 4);
      out = Buffer.concat([out, padding, header, body]);
    }
  }
  return out;
}

function write(records: readonly Uint8Array[], options?: LogWriterOptions): Uint8Array {
  const vfs = memoryVfs();
  const writer = new LogWriter({ vfs, path: 'log' }, options);
  for (const record of records) writer.append(record);
  const { size } = writer;
  writer.close();
  const bytes = readFile(vfs, 'log', Number.MAX_SAFE_INTEGER) ?? new Uint8Array();
  expect(bytes.length).toBe(size);
  return bytes;
}

const show = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const pattern = (length: number, seed = 0): Uint8Array =>
  new Uint8Array(length).map((_, i) => (i * 7 + seed) ^ (i >> 8));

test('writes the bytes that FORMAT.md shows', () => {
  const golden = hexBlocks(readFileSync(new URL('../FORMAT.md', import.meta.url), 'utf8'));
  const text = (s: string) => new TextEncoder().encode(s);
  expect(write([text('hello'), text('')])).toEqual(golden.get('two-records'));
  const cut = write([new Uint8Array(32751), text('hello')]);
  expect(cut.subarray(32758)).toEqual(golden.get('block-end'));
  const padded = write([new Uint8Array(32755), text('hello')]);
  expect(padded.subarray(32762)).toEqual(golden.get('padding'));
});

test.each([
  ['leveldb-small.log', 3],
  ['leveldb-edges.log.gz', 45],
])('reads %s, which LevelDB wrote, and writes the same bytes again', (name, count) => {
  const bytes = name.endsWith('.gz') ? new Uint8Array(gunzipSync(fixture(name))) : fixture(name);
  const reader = LogReader.fromBytes(bytes, name);
  const records = [...reader];
  expect(reader.dropped).toEqual([]);
  expect(records.length).toBe(count);
  expect(Buffer.compare(write(records), bytes)).toBe(0);
});

test('frames every record that ends within ten bytes of a block end, from every such start', () => {
  for (let startLeft = 0; startLeft <= 10; startLeft++) {
    // The first record leaves `startLeft` bytes in its block: 0 to 10.
    const first = pattern(32768 - 7 - startLeft);
    for (let off = -10; off <= 10; off++) {
      const records = [first, pattern(32768 - 7 + off, 1), pattern(9, 2)];
      const bytes = write(records, { bufferSize: 1 << 20 });
      expect(Buffer.compare(bytes, frame(records)), `${startLeft} ${off}`).toBe(0);
      expect([...LogReader.fromBytes(bytes)].map(show)).toEqual(records.map(show));
    }
  }
});

test('frames random records, whatever the buffer, and reads them back', () => {
  const lengths = fc.oneof(fc.nat(300), fc.integer({ min: 32740, max: 32790 }), fc.nat(100_000));
  const property = fc.property(
    fc.array(lengths, { maxLength: 8 }),
    fc.nat(200_000),
    (all, size) => {
      const records = all.map((length, i) => pattern(length, i));
      const bytes = write(records, { bufferSize: size });
      expect(Buffer.compare(bytes, frame(records))).toBe(0);
      expect([...LogReader.fromBytes(bytes)].map(show)).toEqual(records.map(show));
    },
  );
  fc.assert(property, { numRuns: 40 });
});

test('takes a range of bytes, and copies it', () => {
  const vfs = memoryVfs();
  const writer = new LogWriter({ vfs, path: 'log' }, { bufferSize: 100 });
  const bytes = Uint8Array.of(1, 2, 3, 4);
  writer.append(bytes, 1, 3);
  bytes.fill(9);
  writer.close();
  expect([...LogReader.open({ vfs, path: 'log' })]).toEqual([Uint8Array.of(2, 3)]);
  for (const [start, end] of [
    [-1, 2],
    [3, 2],
    [0, 5],
    [Number.NaN, 2],
  ] as const) {
    const other = new LogWriter({ vfs, path: `${start} ${end}` });
    expect(() => other.append(bytes, start, end)).toThrow(RangeError);
  }
});

test('hands over at every append, at a full buffer, on demand, in one write each', () => {
  const vfs = new FaultVfs(memoryVfs());
  const each = new LogWriter({ vfs, path: 'each' });
  each.append(pattern(100));
  each.append(pattern(100));
  const buffered = new LogWriter({ vfs, path: 'buffered' }, { bufferSize: 300 });
  buffered.append(pattern(100));
  buffered.append(pattern(100));
  expect(buffered.handedOver).toBe(0);
  buffered.append(pattern(100));
  expect(buffered.handedOver).toBe(321);
  buffered.append(pattern(50));
  expect([buffered.size, buffered.handedOver]).toEqual([378, 321]);
  buffered.handOver();
  buffered.handOver();
  expect(vfs.show(['write'])).toBe(
    ['write each 107', 'write each 107', 'write buffered 321', 'write buffered 57'].join('\n'),
  );
});

test('hands a huge record over in pieces: its size is not held in memory twice', () => {
  const vfs = new FaultVfs(memoryVfs());
  const writer = new LogWriter({ vfs, path: 'log' });
  writer.append(pattern(5_000_000));
  const sizes = vfs.operations.filter((o) => o.kind === 'write').map((o) => Number(o.detail));
  expect(sizes.length).toBe(5);
  expect(Math.max(...sizes)).toBeLessThan(1.1 * 2 ** 20);
});

test('sync() writes before it syncs; close() hands over and does not sync', () => {
  const vfs = new FaultVfs(memoryVfs());
  const writer = new LogWriter({ vfs, path: 'log' }, { bufferSize: 1000 });
  writer.append(pattern(3));
  writer.sync();
  writer.append(pattern(3));
  writer.close();
  writer.close();
  expect(vfs.show()).toBe(
    ['open log create', 'write log 10', 'sync log', 'write log 10', 'close log'].join('\n'),
  );
  expect(() => writer.append(pattern(1))).toThrow(expect.objectContaining({ code: 'JUMP_CLOSED' }));
});

test('creates exclusively', () => {
  const vfs = memoryVfs();
  new LogWriter({ vfs, path: 'log' }).close();
  expect(() => new LogWriter({ vfs, path: 'log' })).toThrow(
    expect.objectContaining({ systemCode: 'EEXIST' }),
  );
});

const IO = expect.objectContaining({ code: 'JUMP_IO', systemCode: 'ENOSPC' });
const POISONED = expect.objectContaining({ code: 'JUMP_POISONED', cause: IO });

test.each([
  ['append', 'write', (w: LogWriter) => w.append(pattern(2000))],
  ['handOver', 'write', (w: LogWriter) => w.handOver()],
  ['sync', 'write', (w: LogWriter) => w.sync()],
  ['sync', 'sync', (w: LogWriter) => w.sync()],
] as const)('%s: a failed %s is reported, and poisons', (_, kind, step) => {
  const vfs = new FaultVfs(memoryVfs());
  const writer = new LogWriter({ vfs, path: 'log' }, { bufferSize: 1000 });
  writer.append(pattern(10));
  vfs.setFault({ at: 0, kinds: [kind], systemCode: 'ENOSPC', shortWrite: 5 });
  expect(() => step(writer)).toThrow(IO);
  expect(writer.failure).toEqual(IO);
  vfs.setFault(undefined);
  const before = vfs.operations.length;
  expect(() => writer.append(pattern(10))).toThrow(POISONED);
  expect(() => writer.handOver()).toThrow(POISONED);
  expect(() => writer.sync()).toThrow(POISONED);
  writer.close();
  expect(vfs.operations.slice(before).map((o) => o.kind)).toEqual(['close']);
});

test('syncAsync() hands over at once; a failure rejects every sync that is under way', async () => {
  const inner = memoryVfs();
  const settle: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const vfs: Vfs = Object.assign(Object.create(inner) as Vfs, {
    open: (path: string, mode: 'create') => {
      const file = inner.open(path, mode);
      return Object.assign(Object.create(file), {
        write: file.write.bind(file),
        close: file.close.bind(file),
        syncAsync: () => new Promise<void>((resolve, reject) => settle.push({ resolve, reject })),
      });
    },
  });
  const writer = new LogWriter({ vfs, path: 'log' }, { bufferSize: 1000 });
  writer.append(pattern(10));
  const first = writer.syncAsync();
  expect(writer.handedOver).toBe(17);
  const second = writer.syncAsync();
  const outcomes = Promise.allSettled([first, second]);
  settle[0]?.reject(new Error('disk'));
  await first.catch(() => {});
  settle[1]?.resolve();
  expect((await outcomes).map((o) => o.status)).toEqual(['rejected', 'rejected']);
  await expect(writer.syncAsync()).rejects.toThrow(
    expect.objectContaining({ code: 'JUMP_POISONED' }),
  );
});
