// Goal:   nothing is lost in silence: every record is given whole, or its loss is reported, and a
//         torn tail is never taken for damage.
// Method: each byte of small and of block-crossing logs is changed, in four ways; logs are cut and
//         zeroed from each byte on. What is lost must be exactly the record that was hit.
import { crc32c, maskCrc, writeFixed32 } from '@jump/base';
import { memoryVfs, readFile } from '@jump/vfs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LogDamage, type LogItem, LogReader, LogWriter } from './index.ts';

interface Written {
  readonly bytes: Uint8Array;
  /** Where each record begins and ends, padding in front left out. */
  readonly spans: { readonly start: number; readonly end: number; readonly data: string }[];
}

const show = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
// No zero bytes: a zero tail is then one that a test made.
const pattern = (length: number, seed: number): Uint8Array =>
  new Uint8Array(length).map((_, i) => 1 + ((i * 7 + seed * 13 + (i >> 8)) % 255));

function write(records: readonly Uint8Array[]): Written {
  const vfs = memoryVfs();
  const writer = new LogWriter({ vfs, path: 'log' }, { bufferSize: 1 << 20 });
  const spans = records.map((record) => {
    const left = 32768 - (writer.size % 32768);
    const start = writer.size + (left < 7 ? left : 0);
    writer.append(record);
    return { start, end: writer.size, data: show(record) };
  });
  writer.close();
  return { bytes: readFile(vfs, 'log', 1e9) ?? new Uint8Array(), spans };
}

function read(bytes: Uint8Array): { records: Written['spans']; damage: LogDamage[] } {
  const records: Written['spans'] = [];
  const damage: LogDamage[] = [];
  for (const item of LogReader.fromBytes(bytes).items()) {
    if (item.type === 'damage') damage.push(item);
    else records.push({ start: item.start, end: item.end, data: show(item.bytes) });
  }
  return { records, damage };
}

const small = (): Written => write([5, 0, 40, 1, 137, 12, 300, 7].map(pattern));
/** Fragments over four blocks; padding of six bytes; an empty FIRST. */
const large = (): Written =>
  write([100, 40_000, 25_404, 50, 32_703, 20, 32_725, 9].map((n, i) => pattern(n, i)));

/** Every place of a small log; of a large one the surroundings of headers and block ends. */
function places({ bytes, spans }: Written): number[] {
  if (bytes.length < 2000) return [...bytes.keys()];
  const chosen = new Set<number>();
  const around = [
    ...spans.map((s) => s.start),
    ...[1, 2, 3, 4].map((n) => n * 32768),
    bytes.length,
  ];
  for (const place of around) for (let d = -12; d <= 12; d++) chosen.add(place + d);
  for (let at = 0; at < bytes.length; at += 4999) chosen.add(at);
  return [...chosen].filter((at) => at >= 0 && at < bytes.length);
}

const CHANGES: Readonly<Record<string, (byte: number) => number>> = {
  'one low bit': (byte) => byte ^ 1,
  'one high bit': (byte) => byte ^ 0x80,
  'all bits': (byte) => byte ^ 0xff,
  zero: () => 0,
};

describe.each([
  ['small', small],
  ['large', large],
])('a %s log', (_, make) => {
  const log = make();

  test.each(Object.keys(CHANGES))(
    'every byte changed (%s): that record is lost, and reported',
    (how) => {
      for (const at of places(log)) {
        const bytes = log.bytes.slice();
        bytes[at] = CHANGES[how]!(bytes[at]!);
        const { records, damage } = read(bytes);
        const hit = log.spans.find((span) => at >= span.start && at < span.end);
        if (bytes[at] === log.bytes[at] || hit === undefined) {
          // Not changed, or padding, which means nothing.
          expect({ at, records, damage }).toEqual({ at, records: log.spans, damage: [] });
          continue;
        }
        expect({ at, records }).toEqual({ at, records: log.spans.filter((span) => span !== hit) });
        expect(damage.length, `${at}`).toBe(1);
        expect([at, damage[0]!.start, damage[0]!.end]).toEqual([at, hit.start, hit.end]);
        const last = hit === log.spans.at(-1);
        const reasons = ['checksum', 'length', 'zeros', 'sequence', ...(last ? ['torn-tail'] : [])];
        expect(reasons, `${at}`).toContain(damage[0]!.reason);
      }
    },
  );

  test.each([
    ['cut off', (at: number) => log.bytes.slice(0, at)],
    ['zeroed', (at: number) => log.bytes.slice().fill(0, at)],
    [
      'zeroed for further blocks',
      (at: number) => {
        const bytes = new Uint8Array(log.bytes.length + 70_000);
        bytes.set(log.bytes.subarray(0, at));
        return bytes;
      },
    ],
  ])('%s at every byte: a torn tail, and every record in front of it', (what, damageAt) => {
    for (const at of places(log)) {
      const { records, damage } = read(damageAt(at));
      const whole = log.spans.filter((span) => span.end <= at);
      expect({ at, records }).toEqual({ at, records: whole });
      // A cut between records leaves a whole log; zeros are always something.
      const start = whole.at(-1)?.end ?? 0;
      const next = log.spans[whole.length]?.start ?? start;
      if (what === 'cut off' && at <= next) expect(damage).toEqual([]);
      else {
        expect(damage.length, `${at}`).toBe(1);
        expect([at, damage[0]!.reason]).toEqual([at, 'torn-tail']);
        expect(damage[0]!.start, `${at}`).toBeLessThanOrEqual(start + 6);
      }
    }
  });
});

test('a length byte alone is damaged: the true end is found, even in the last record', () => {
  const { bytes, spans } = small();
  for (const { start, end } of spans) {
    for (const [byte, mask] of [
      [4, 0x10],
      [4, 0xff],
      [5, 1],
      [5, 0x7f],
    ] as const) {
      const damaged = bytes.slice();
      damaged[start + byte]! ^= mask;
      expect(read(damaged).damage).toMatchObject([{ start, end, reason: 'length' }]);
    }
  }
});

test('a torn record whose data hold another log is torn, not damage', () => {
  const inner = small().bytes;
  const { bytes, spans } = write([
    pattern(10, 1),
    Uint8Array.of(...pattern(20, 2), ...inner, 1, 2, 3),
  ]);
  for (let at = spans[1]!.start + 1; at < bytes.length; at++) {
    expect(read(bytes.subarray(0, at)).damage).toMatchObject([{ start: 17, reason: 'torn-tail' }]);
  }
});

test('goes on at the next whole fragment of a block, and at the next block', () => {
  const { bytes, spans } = write(Array.from({ length: 100 }, (_, i) => pattern(1000, i)));
  const sector = bytes.slice().fill(0, 4 * 512, 5 * 512); // one sector that was never written
  expect(read(sector)).toEqual({
    records: spans.filter((s) => s.end <= 2048 || s.start >= 2560),
    damage: [expect.objectContaining({ reason: 'checksum' })],
  });
  const rest = bytes.slice().fill(0xee, 5000, 32768);
  const after = read(rest);
  expect(after.damage).toMatchObject([{ start: spans[4]!.start, end: spans[33]!.start }]);
  expect(after.records).toEqual(spans.filter((s) => s.end <= 5000 || s.start >= 32768));
});

test('zeros in the middle are damage', () => {
  const { bytes, spans } = write(Array.from({ length: 100 }, (_, i) => pattern(1000, i)));
  const { records, damage } = read(bytes.slice().fill(0, spans[3]!.start, 32768 * 2));
  expect(damage).toMatchObject([
    { start: spans[3]!.start, end: spans[66]!.start, reason: 'zeros' },
  ]);
  expect(records.length).toBe(3 + 100 - 66);
});

/** One fragment with the right checksum, of any type. */
function fragment(type: number, data: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = Uint8Array.of(0, 0, 0, 0, data.length & 0xff, data.length >> 8, type, ...data);
  writeFixed32(bytes, 0, maskCrc(crc32c(bytes, 6)));
  return bytes;
}

const joined = (...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((p) => [...p]));

test.each([
  ['an unknown type', [fragment(9, pattern(3, 0))], 'type'],
  ['type 0 with a checksum', [fragment(0, pattern(3, 0))], 'type'],
  ['an orphan MIDDLE', [fragment(3, pattern(3, 0))], 'sequence'],
  ['an orphan LAST', [fragment(4, pattern(3, 0))], 'sequence'],
  ['a FIRST without an end', [fragment(2, pattern(3, 0))], 'sequence'],
  ['an unknown type in a record', [fragment(2, pattern(3, 0)), fragment(7)], 'type'],
  ['two of these', [fragment(4), fragment(9)], 'sequence'],
])('%s is dropped, what is around it is kept', (_, parts, reason) => {
  const good = fragment(1, pattern(20, 5));
  const bytes = joined(good, ...parts, good);
  const reader = LogReader.fromBytes(bytes);
  expect([...reader].length).toBe(2);
  expect(reader.dropped).toEqual([{ offset: 27, bytes: bytes.length - 54, reason }]);
});

test("an empty FIRST at a block's end means nothing: LevelDB's early writers left it", () => {
  const bytes = joined(fragment(1, pattern(32754, 1)), fragment(2), fragment(1, pattern(5, 2)));
  expect(read(bytes)).toMatchObject({ records: [{}, { start: 32768 }], damage: [] });
});

describe('hostile logs: bounded time, bounded memory', () => {
  /** Whole blocks filled with copies of some fragments. */
  const blocks = (count: number, ...parts: Uint8Array[]): Uint8Array => {
    const unit = joined(...parts);
    const bytes = new Uint8Array(count * 32768);
    for (let block = 0; block < count; block++) {
      for (let at = 0; at + unit.length <= 32768; at += unit.length)
        bytes.set(unit, block * 32768 + at);
    }
    return bytes;
  };
  const noise = new Uint8Array(32768 * 20).map((_, i) => (Math.imul(i, 2654435761) >>> 13) & 0xff);
  test.each([
    ['a million empty FIRST', blocks(214, fragment(2)), 1],
    ['unknown types', blocks(50, fragment(200)), 1],
    [
      'one endless record',
      blocks(50, fragment(2, pattern(2, 0)), fragment(3, pattern(2000, 0))),
      2,
    ],
    ['zero headers', new Uint8Array(32768 * 50), 1],
    ['length 0, type 0, and noise', blocks(20, new Uint8Array(7), pattern(2, 3)), 1],
    ['noise', noise, 1],
    ['headers everywhere', new Uint8Array(32768 * 20).fill(1), 1],
    ['lengths to the end', blocks(20, Uint8Array.of(0, 0, 0, 0, 0, 0x40, 1)), 1],
    [
      'good and bad by turns',
      blocks(20, fragment(1), Uint8Array.of(9, 9, 9, 9, 0, 0x7f, 1)),
      50_000,
    ],
    [
      'bad by turns, length inside',
      blocks(20, fragment(1), Uint8Array.of(9, 9, 9, 9, 0, 0x10, 1)),
      50_000,
    ],
  ])('%s', (_, bytes, most) => {
    const reader = LogReader.fromBytes(bytes);
    const start = performance.now();
    let damaged = 0;
    for (const item of reader.items()) if (item.type === 'damage') damaged++;
    // Most take under 1 ms a block; the bound only tells linear from quadratic.
    expect(performance.now() - start).toBeLessThan(50 * (bytes.length / 32768) + 500);
    expect(damaged).toBeGreaterThan(0);
    expect(damaged).toBeLessThanOrEqual(most);
    expect(reader.dropped.length).toBeLessThanOrEqual(1000);
  });

  test('dropped bytes are all accounted for, also behind the thousandth range', () => {
    const bytes = blocks(3, fragment(1), fragment(9));
    const reader = LogReader.fromBytes(bytes);
    let dropped = 0;
    for (const item of reader.items()) if (item.type === 'damage') dropped += item.end - item.start;
    expect(reader.dropped.length).toBe(1000);
    expect(reader.dropped.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(dropped);
  });
});

test('any bytes at all: items are in order, do not overlap, and never throw', () => {
  const { bytes } = large();
  const change = fc.record({
    at: fc.nat(bytes.length - 1),
    length: fc.nat(600),
    value: fc.nat(255),
  });
  const property = fc.property(
    fc.array(change, { maxLength: 5 }),
    fc.nat(bytes.length),
    (all, cut) => {
      const damaged = bytes.slice(0, cut);
      for (const { at, length, value } of all) damaged.fill(value, at, at + length);
      let end = 0;
      let before: LogItem | undefined;
      for (const item of LogReader.fromBytes(damaged).items()) {
        expect(item.start).toBeGreaterThanOrEqual(end);
        expect(item.end).toBeGreaterThan(item.start);
        expect(item.type === 'damage' && before?.type === 'damage').toBe(false);
        end = item.end;
        before = item;
      }
      expect(end).toBeLessThanOrEqual(damaged.length);
    },
  );
  fc.assert(property, { numRuns: 100 });
});

test('a file is read in pieces, and closed when an iteration ends, also early', () => {
  const inner = memoryVfs();
  const records = Array.from({ length: 60 }, (_, i) => pattern(i * 1000, i));
  const writer = new LogWriter({ vfs: inner, path: 'log' });
  for (const record of records) writer.append(record);
  writer.close();
  const open = new Set<string>();
  let opened = 0;
  let largest = 0;
  const vfs = Object.assign(Object.create(inner) as typeof inner, {
    open: (path: string) => {
      const file = inner.open(path, 'read');
      const name = `${path} ${opened++}`;
      open.add(name);
      return {
        path,
        size: () => file.size(),
        read: (target: Uint8Array, start: number, length: number, position: number) => {
          largest = Math.max(largest, length);
          return file.read(target, start, length, position);
        },
        close: () => open.delete(name),
      };
    },
  });
  const reader = LogReader.open({ vfs, path: 'log' });
  expect(open.size).toBe(1);
  expect([...reader].map(show)).toEqual(records.map(show));
  expect(open.size).toBe(0);
  for (const record of reader) if (record.length > 0) break;
  expect([open.size, opened]).toEqual([0, 2]);
  expect(largest).toBe(8 * 32768);
  const unused = LogReader.open({ vfs, path: 'log' });
  unused.close();
  unused.close();
  expect(open.size).toBe(0);
  expect(() => LogReader.open({ vfs: inner, path: 'none' })).toThrow(
    expect.objectContaining({ code: 'JUMP_IO', file: 'none' }),
  );
});

test('corruption() names the log and the offset', () => {
  const { bytes } = small();
  bytes[20]! ^= 1;
  const reader = LogReader.fromBytes(bytes, '000003.log');
  const damage = [...reader.items()].find((item) => item.type === 'damage');
  expect(reader.corruption(damage as LogDamage)).toMatchObject({
    code: 'JUMP_CORRUPTION',
    file: '000003.log',
    offset: 19,
    message: expect.stringContaining('000003.log at offset 19: '),
  });
});
