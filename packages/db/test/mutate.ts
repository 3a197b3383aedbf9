/** Turns sound bytes into unsound ones, under checksums that are true again. */
import { crc32c, maskCrc, readFixed32, writeFixed32, writeVarint64 } from '@jump/base';
import type { Random } from '@jump/testkit';

const INTERESTING_BYTES = [0, 1, 2, 7, 8, 0x0f, 0x7f, 0x80, 0x81, 0xfe, 0xff];
const INTERESTING_NUMBERS = [
  0n,
  1n,
  7n,
  127n,
  128n,
  255n,
  32_768n,
  65_535n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 56n,
  2n ** 63n,
  2n ** 64n - 5n,
  2n ** 64n - 1n,
];

/** Changes some bytes where they are: the length stays. */
export function mutateInPlace(random: Random, bytes: Uint8Array, start: number, end: number): void {
  if (end <= start) return;
  for (let left = random.integer(1, 4); left > 0; left--) {
    const at = random.integer(start, end - 1);
    const draw = random.integer(0, 5);
    if (draw === 0) bytes[at] = bytes[at]! ^ (1 << random.integer(0, 7));
    else if (draw === 1) bytes[at] = random.pick(INTERESTING_BYTES);
    else if (draw === 2) bytes[at] = bytes[at]! + random.pick([-1, 1]);
    else if (draw === 3) put(bytes, at, end, varint(random));
    else if (draw === 4) bytes.copyWithin(at, random.integer(start, end - 1), end);
    else put(bytes, at, end, fixed(random));
  }
}

/** Changes bytes, and how many there are. */
export function mutate(random: Random, bytes: Uint8Array): Uint8Array {
  let changed: Uint8Array = bytes.slice();
  for (let left = random.integer(1, 3); left > 0; left--) {
    const at = random.integer(0, changed.length);
    const to = Math.min(changed.length, at + random.skewed(40));
    const draw = random.integer(0, 5);
    if (draw === 0) changed = splice(changed, at, to, new Uint8Array(0));
    else if (draw === 1) changed = splice(changed, at, at, changed.slice(at, to));
    else if (draw === 2) changed = splice(changed, at, at, random.bytes(random.skewed(20)));
    else if (draw === 3) changed = splice(changed, at, to, varint(random));
    else if (draw === 4) changed = changed.slice(0, at);
    else mutateInPlace(random, changed, 0, changed.length);
  }
  return changed;
}

function splice(bytes: Uint8Array, start: number, end: number, put: Uint8Array): Uint8Array {
  const made = new Uint8Array(bytes.length - (end - start) + put.length);
  made.set(bytes.subarray(0, start));
  made.set(put, start);
  made.set(bytes.subarray(end), start + put.length);
  return made;
}

function put(bytes: Uint8Array, at: number, end: number, what: Uint8Array): void {
  bytes.set(what.subarray(0, Math.max(0, end - at)), at);
}

function varint(random: Random): Uint8Array {
  if (random.chance(0.1)) return new Uint8Array(11).fill(0xff);
  const bytes = new Uint8Array(10);
  return bytes.slice(0, writeVarint64(bytes, 0, random.pick(INTERESTING_NUMBERS)));
}

function fixed(random: Random): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, random.pick(INTERESTING_NUMBERS), true);
  return bytes.slice(0, random.pick([4, 8]));
}

/** A fragment of a log. */
export interface Fragment {
  type: number;
  data: Uint8Array;
}

const BLOCK = 32_768;
const HEADER = 7;

/** Takes a sound log apart. */
export function fragmentsOf(log: Uint8Array): Fragment[] {
  const fragments: Fragment[] = [];
  for (let at = 0; at + HEADER <= log.length; ) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEADER) {
      at += left;
      continue;
    }
    const length = log[at + 4]! | (log[at + 5]! << 8);
    const data = log.slice(at + HEADER, at + HEADER + length);
    fragments.push({ type: log[at + 6]!, data });
    at += HEADER + length;
  }
  return fragments;
}

/** Puts a log together, each fragment under a true checksum, wherever blocks end. */
export function logOf(fragments: readonly Fragment[]): Uint8Array {
  const size = fragments.reduce((sum, { data }) => sum + HEADER + data.length, 0);
  const log = new Uint8Array(size);
  let at = 0;
  for (const { type, data } of fragments) {
    log[at + 4] = data.length;
    log[at + 5] = data.length >>> 8;
    log[at + 6] = type;
    log.set(data, at + HEADER);
    writeFixed32(log, at, maskCrc(crc32c(log, at + 6, at + HEADER + data.length)));
    at += HEADER + data.length;
  }
  return log;
}

/** Changes a log: its fragments, their order and types, under true checksums; or any byte. */
export function mutateLog(
  random: Random,
  log: Uint8Array,
  change: (random: Random, data: Uint8Array) => Uint8Array = mutate,
): Uint8Array {
  if (random.chance(0.2)) return mutate(random, log);
  const fragments = fragmentsOf(log);
  for (let left = random.integer(1, 3); left > 0 && fragments.length > 0; left--) {
    const at = random.integer(0, fragments.length - 1);
    const one = fragments[at]!;
    const draw = random.integer(0, 6);
    if (draw === 0) fragments.splice(at, 1);
    else if (draw === 1) fragments.splice(random.integer(0, fragments.length), 0, { ...one });
    else if (draw === 2) fragments[at] = { ...one, type: random.integer(0, 5) };
    else fragments[at] = { ...one, data: change(random, one.data) };
  }
  return logOf(fragments);
}

/** A block of a table, with its codec's byte; its checksum follows it. */
export interface SealedRange {
  readonly start: number;
  readonly end: number;
}

/** Finds the blocks of a sound table: where a stored checksum fits what is before it. */
export function sealedRanges(table: Uint8Array): SealedRange[] {
  const ranges: SealedRange[] = [];
  let start = 0;
  for (let end = 1; end + 4 <= table.length; end++) {
    if (maskCrc(crc32c(table, start, end)) !== readFixed32(table, end)) continue;
    ranges.push({ start, end });
    start = end + 4;
    end = start;
  }
  return ranges;
}

/** Changes a block of a table, or its footer, and makes the checksum true again. */
export function mutateTable(
  random: Random,
  table: Uint8Array,
  ranges: readonly SealedRange[],
): Uint8Array {
  const changed = table.slice();
  for (let left = random.integer(1, 2); left > 0; left--) {
    // In a store that was damaged before, a table may have no sound block.
    if (random.chance(0.1) || ranges.length === 0) {
      mutateInPlace(random, changed, changed.length - 48, changed.length - 8);
      continue;
    }
    const { start, end } = random.pick(ranges);
    // The codec's byte less often than the others.
    mutateInPlace(random, changed, start, random.chance(0.1) ? end : end - 1);
    writeFixed32(changed, end, maskCrc(crc32c(changed, start, end)));
  }
  return changed;
}
