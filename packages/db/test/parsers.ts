/**
 * What reads files, each with a source of inputs that are nearly sound: reading them gives a
 * `JumpError` or something that makes sense, whatever is in them.
 */
import { compareInternalKeys, type KeyHash } from '@jump/base';
import { bloomPolicy, leveldbBloomPolicy } from '@jump/bloom';
import { encodeMark, LogReader, LogWriter, readBatch } from '@jump/log';
import { decodeVersionEdit, encodeVersionEdit, readCurrent } from '@jump/manifest';
import { snappyCodec, TableReader, TableWriter } from '@jump/sstable';
import { type Random, randomKey, randomValue } from '@jump/testkit';
import { memoryVfs, readFile, type Vfs } from '@jump/vfs';
import { WriteBatch } from '../src/write/write-batch.ts';
import { mutate, mutateInPlace, mutateLog, mutateTable, sealedRanges } from './mutate.ts';
import { prepareDirectory } from './parse-directory.ts';

/** Draws an input; returns what reads it. */
type MakeInput = (random: Random) => () => void | Promise<void>;

/** Something that reads files. */
export interface Parser {
  readonly name: string;
  /** How many inputs one sample is changed into. */
  readonly times: number;
  /** Draws a sound sample; returns what changes it and has it read. */
  prepare(random: Random): MakeInput | Promise<MakeInput>;
}

const FILTERS = [bloomPolicy(), leveldbBloomPolicy()];

export const PARSERS: readonly Parser[] = [
  { name: 'log', times: 300, prepare: prepareLog },
  { name: 'batch', times: 1000, prepare: prepareBatch },
  { name: 'version edit', times: 1000, prepare: prepareEdit },
  { name: 'table', times: 60, prepare: prepareTable },
  { name: 'filter', times: 500, prepare: prepareFilter },
  { name: 'Snappy', times: 300, prepare: prepareSnappy },
  { name: 'CURRENT', times: 200, prepare: prepareCurrent },
  { name: 'directory', times: 8, prepare: prepareDirectory },
];

function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

function prepareLog(random: Random): MakeInput {
  const vfs = memoryVfs();
  const writer = new LogWriter({ vfs, path: 'log' });
  for (let left = random.integer(1, 12); left > 0; left--) {
    const length = random.chance(0.05) ? random.integer(0, 70_000) : random.skewed(300);
    writer.append(random.bytes(length));
  }
  writer.close();
  const sound = bytesOf(vfs, 'log');
  return (r) => {
    const log = mutateLog(r, sound);
    return () => {
      let end = 0;
      // Damage is told, never thrown; places ascend, and all bytes are accounted for once.
      for (const item of LogReader.fromBytes(log).items()) {
        must(item.start >= end && item.end >= item.start, 'items overlap');
        must(item.end <= log.length, 'an item behind the end');
        end = item.end;
        if (item.type === 'record') must(item.bytes.length <= item.end - item.start, 'too long');
      }
    };
  };
}

function prepareBatch(random: Random): MakeInput {
  const batch = new WriteBatch();
  for (let left = random.integer(0, 8); left > 0; left--) {
    if (random.chance(0.3)) batch.delete(keyOf(random));
    else batch.set(keyOf(random), randomValue(random, 300));
  }
  batch.seal(random.skewed(2 ** 30));
  const sound = random.chance(0.1) ? encodeMark(7) : batch.bytes.slice(0, batch.end);
  return (r) => {
    const bytes = mutate(r, sound);
    return () => {
      if (bytes.length < 12) return;
      const add = (
        _sequence: number,
        kind: number,
        of: Uint8Array,
        keyStart: number,
        keyEnd: number,
        valueStart: number,
        valueEnd: number,
      ): void => {
        must(kind === 0 || kind === 1, 'kind');
        must(12 < keyStart && keyStart <= keyEnd && keyEnd <= valueStart, 'key');
        must(valueStart <= valueEnd && valueEnd <= of.length, 'value');
      };
      readBatch(bytes, 1, { add }, 'log', 0);
    };
  };
}

function prepareEdit(random: Random): MakeInput {
  const key = (): Uint8Array => Uint8Array.from([...keyOf(random), 1, 9, 0, 0, 0, 0, 0, 0]);
  const number = (): number => random.skewed(2 ** 20);
  const list = <T>(draw: () => T): T[] => Array.from({ length: random.integer(0, 3) }, draw);
  const level = (): number => random.integer(0, 6);
  const sound = encodeVersionEdit({
    ...(random.chance(0.5) ? { comparator: 'leveldb.BytewiseComparator' } : {}),
    logNumber: number(),
    nextFileNumber: number(),
    lastSequence: number(),
    compactPointers: list(() => ({ level: level(), key: key() })),
    deleted: list(() => ({ level: level(), number: number() })),
    added: list(() => ({
      level: level(),
      table: { number: number(), fileSize: number(), smallest: key(), largest: key() },
    })),
  });
  return (r) => {
    const bytes = mutate(r, sound);
    return () => {
      const edit = decodeVersionEdit(bytes, 'manifest', 0);
      const again = encodeVersionEdit(edit);
      const shown = JSON.stringify(decodeVersionEdit(again, 'manifest', 0));
      must(shown.length > 0 && encodeVersionEdit(edit).length === again.length, 'not the same');
    };
  };
}

/** A table of internal keys, as a store writes them. */
function soundTable(random: Random, filter: 'none' | 'some'): Uint8Array {
  const vfs = memoryVfs();
  const policy = filter === 'some' ? { filter: random.pick(FILTERS) } : {};
  const writer = new TableWriter(
    { vfs, path: 'table' },
    { keys: 'internal', blockSize: random.pick([60, 200, 4096]), ...policy },
  );
  const keys = Array.from({ length: random.integer(1, 30) }, () => keyOf(random));
  const trailed = keys.map((key, i) =>
    Uint8Array.from([...key, random.integer(0, 1), i, 0, 0, 0, 0, 0, 0]),
  );
  trailed.sort((a, b) => compareInternalKeys(a, 0, a.length, b, 0, b.length));
  let last: Uint8Array | undefined;
  for (const key of trailed) {
    if (last !== undefined && Buffer.compare(last, key) === 0) continue;
    writer.add(key, key[key.length - 8] === 0 ? new Uint8Array(0) : randomValue(random, 100));
    last = key;
  }
  writer.finish();
  return bytesOf(vfs, 'table');
}

function prepareTable(random: Random): MakeInput {
  const sound = soundTable(random, random.pick(['none', 'some']));
  const ranges = sealedRanges(sound);
  return (r) => {
    const table = r.chance(0.1) ? mutate(r, sound) : mutateTable(r, sound, ranges);
    const keys = r.chance(0.5) ? 'internal' : 'auto';
    return () => readTable(table, keys);
  };
}

/** Reads a table in all ways; what is read must be in order, and the same both ways. */
function readTable(bytes: Uint8Array, keys: 'internal' | 'auto'): void {
  const table = TableReader.fromBytes(bytes, { keys, filters: FILTERS });
  const found = [...table.internalEntries()];
  for (let i = 1; i < found.length; i++) {
    const order = Buffer.compare(found[i - 1]!.userKey, found[i]!.userKey);
    must(order <= 0, 'keys out of order');
    must(order < 0 || found[i - 1]!.sequence > found[i]!.sequence, 'versions out of order');
  }
  const shown = [...table.entries()].map(({ key, value }) => `${hex(key)} ${hex(value)}`);
  const back = [...table.entries({ reverse: true })].map(
    ({ key, value }) => `${hex(key)} ${hex(value)}`,
  );
  must(shown.join() === back.reverse().join(), 'backwards is not as forwards');
  for (const { userKey } of found) table.get(userKey);
  table.verify();
}

function prepareFilter(random: Random): MakeInput {
  const policy = random.pick(FILTERS);
  const hash: KeyHash = { low: 0, high: 0 };
  const keys = Array.from({ length: random.integer(1, 50) }, () => keyOf(random));
  const hashes = new Uint32Array(2 * keys.length);
  keys.forEach((key, i) => {
    policy.hash(key, 0, key.length, hash);
    hashes[2 * i] = hash.low;
    hashes[2 * i + 1] = hash.high;
  });
  const sound = policy.build(hashes, keys.length);
  return (r) => {
    const filter = mutate(r, sound);
    const key = r.pick(keys);
    return () => {
      policy.hash(key, 0, key.length, hash);
      const answer = policy.mayContain(filter, 0, filter.length, hash);
      must(typeof answer === 'boolean', 'no answer');
    };
  };
}

/** Snappy, in a table's data block, by both of the decoders. */
function prepareSnappy(random: Random): MakeInput {
  let sound = new Uint8Array(0);
  let ranges: ReturnType<typeof sealedRanges> = [];
  // Until there is a block that was worth compressing.
  do {
    const vfs = memoryVfs();
    const writer = new TableWriter({ vfs, path: 'table' }, { keys: 'raw', blockSize: 2 ** 16 });
    const unit = random.bytes(random.integer(1, 20));
    for (let i = 0; i < 9; i++) {
      const parts = Array.from({ length: random.integer(1, 30) }, () =>
        random.chance(0.8) ? unit : random.bytes(random.integer(1, 5)),
      );
      writer.add(Uint8Array.of(i), Buffer.concat(parts));
    }
    writer.finish();
    sound = bytesOf(vfs, 'table') as Uint8Array<ArrayBuffer>;
    ranges = sealedRanges(sound);
  } while (sound[ranges[0]!.end - 1] !== 1);
  const block = { start: ranges[0]!.start, end: ranges[0]!.end };
  return (r) => {
    const table = mutateTable(r, sound, [block]);
    // The codec's byte stays Snappy's: this is about the decoder.
    const source = table.slice(block.start, block.end - 1);
    mutateInPlace(r, source, 0, source.length);
    return () => {
      const contents = snappyCodec.decode(source, 0, source.length);
      must(contents === undefined || contents.length <= 22 * source.length + 64, 'too long');
      readTable(table, 'auto');
    };
  };
}

function prepareCurrent(random: Random): MakeInput {
  const sound = new TextEncoder().encode(
    `MANIFEST-${String(random.skewed(2e6)).padStart(6, '0')}\n`,
  );
  return (r) => {
    const vfs = memoryVfs();
    vfs.makeDirectory('db');
    const bytes = mutate(r, sound);
    const file = vfs.open('db/CURRENT', 'create');
    file.write(bytes, 0, bytes.length);
    file.close();
    return () => {
      const { name } = readCurrent(vfs, 'db')!;
      must(/^MANIFEST-\d+$/.test(name), `the name ${name}`);
    };
  };
}

function keyOf(random: Random): Uint8Array {
  return randomKey(random, { space: 30, maxLength: 40 });
}

function bytesOf(vfs: Vfs, path: string): Uint8Array {
  return readFile(vfs, path, 2 ** 30)!;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
