/**
 * UTF-8, strictly: text that UTF-8 cannot hold is refused when it is written, bytes that are not
 * UTF-8 when they are read. Nothing is replaced by U+FFFD but where {@link utf8ReadLossy} is asked.
 *
 * Short ASCII text, which most keys are, is converted by hand: below about 24 bytes a loop is
 * faster than a call into the engine. Everything else goes through `TextEncoder` and `TextDecoder`;
 * Node's `Buffer` was measured beside them and is no faster, so that browsers lose nothing.
 */
import { sliceRange } from './bytes.ts';
import { JumpError } from './errors.ts';
import { showBytes, wrongType } from './show.ts';

// The two classes every runtime has; declared here because no platform's types are assumed.
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array;
  encodeInto(text: string, target: Uint8Array): { read: number; written: number };
};
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes?: Uint8Array, options?: { stream: boolean }): string };

const encoder = /* @__PURE__ */ new TextEncoder();
/** `ignoreBOM` keeps a leading U+FEFF: without it text that starts with one comes back shorter. */
const DECODER_OPTIONS = { fatal: true, ignoreBOM: true };
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', DECODER_OPTIONS);
const lossyDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** Up to here text is written by the loop: the measured break-even is 24 to 32. */
const LOOP_WRITE_LIMIT = 24;
/** Up to here text is read by the loop. */
const LOOP_READ_LIMIT = 16;
/** Text that is validated at a time where a string of all of it cannot be had. */
const VALIDATION_CHUNK = 1 << 24;
const { fromCharCode } = String;
/** Longer text is read by the decoder, whose start costs more and whose pace is the same. */
const SLICE_READ_LIMIT = 4096;
/** What Node puts in the place of bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';
type Slice = (this: Uint8Array, start: number, end: number) => string;
const slice = /* @__PURE__ */ findSlice();

/** Node's reader of UTF-8 in the middle of an array, shared memory included: no view, no copy. */
function findSlice(): Slice | undefined {
  const { Buffer } = globalThis as { Buffer?: { prototype?: { utf8Slice?: Slice } } };
  const found = Buffer?.prototype?.utf8Slice;
  const probe = Uint8Array.of(0x61, 0xc3, 0xa4, 0x62);
  try {
    return found?.call(probe, 1, 3) === 'ä' ? found : undefined;
  } catch {
    return undefined; // a runtime whose Buffer wants its own arrays
  }
}

/**
 * Writes `text` as UTF-8 to `target` at `at`; returns where it ends.
 *
 * The caller guarantees the room: three bytes for each UTF-16 unit always suffice.
 *
 * @throws TypeError if `text` is not a string or holds a lone surrogate; `what` names it. Bytes
 *   from `at` on may have been overwritten by then.
 * @throws RangeError if there was no room.
 */
export function utf8Write(
  text: string,
  target: Uint8Array,
  at: number,
  what: string = 'value',
): number {
  if (typeof text !== 'string') throw wrongType(what, 'a string', text);
  const { length } = text;
  if (length > LOOP_WRITE_LIMIT) return writeLong(text, target, at, what);
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x80) return writeLong(text, target, at, what);
    target[at + i] = unit;
  }
  if (at + length > target.length) throw noRoom(what);
  return at + length;
}

function writeLong(text: string, target: Uint8Array, at: number, what: string): number {
  checkWellFormed(text, what);
  const { read, written } = encoder.encodeInto(text, target.subarray(at));
  if (read !== text.length) throw noRoom(what);
  return at + written;
}

const scratch = /* @__PURE__ */ new Uint8Array(3 * LOOP_WRITE_LIMIT);

/** Returns `text` as UTF-8 in memory of its own; refuses what {@link utf8Write} refuses. */
export function utf8Encode(text: string, what: string = 'value'): Uint8Array {
  if (typeof text !== 'string') throw wrongType(what, 'a string', text);
  if (text.length <= LOOP_WRITE_LIMIT) {
    return sliceRange(scratch, 0, utf8Write(text, scratch, 0, what));
  }
  checkWellFormed(text, what);
  return encoder.encode(text);
}

/**
 * Reads `bytes[start, end)` as UTF-8, strictly: every byte counts, a byte-order mark too.
 *
 * @throws JumpError `JUMP_CORRUPTION` if they are not UTF-8, `JUMP_UNSUPPORTED` if they are more
 *   than a string can hold here (in V8 about 2^29 units); both name `'bytes'` as the way to read them.
 */
export function utf8Read(
  bytes: Uint8Array,
  start: number,
  end: number,
  what: string = 'value',
): string {
  const length = end - start;
  if (length <= LOOP_READ_LIMIT) {
    const text = readAscii(bytes, start, end);
    if (text !== undefined) return text;
  }
  if (slice !== undefined && length <= SLICE_READ_LIMIT) {
    const text = slice.call(bytes, start, end);
    // It may have been stored like that, or stand for damage: the decoder knows. Costs nothing for
    // text of one-byte characters, where the search ends before it begins.
    if (!text.includes(REPLACEMENT)) return text;
  }
  try {
    return decode(decoder, bytes, start, end);
  } catch (cause) {
    throw unreadable(bytes, start, end, what, cause);
  }
}

/**
 * Reads `bytes[start, end)` as UTF-8 with U+FFFD in the place of what is none, as LevelDB's
 * bindings do: for data of other programs that is to be seen at any price.
 */
export function utf8ReadLossy(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length <= LOOP_READ_LIMIT) {
    const text = readAscii(bytes, start, end);
    if (text !== undefined) return text;
  }
  if (slice !== undefined && length <= SLICE_READ_LIMIT) return slice.call(bytes, start, end);
  return decode(lossyDecoder, bytes, start, end);
}

/**
 * Reads up to 16 bytes of ASCII; `undefined` if a byte is something else.
 *
 * `fromCharCode` of many makes one flat string. Pieces that are joined to 13 units or more make a
 * tree that has to be flattened later, which is why 16, a common length, has a case of its own.
 */
function readAscii(b: Uint8Array, start: number, end: number): string | undefined {
  let at = start;
  let text = '';
  if (end - at >= 8) {
    const c0 = b[at]!;
    const c1 = b[at + 1]!;
    const c2 = b[at + 2]!;
    const c3 = b[at + 3]!;
    const c4 = b[at + 4]!;
    const c5 = b[at + 5]!;
    const c6 = b[at + 6]!;
    const c7 = b[at + 7]!;
    if ((c0 | c1 | c2 | c3 | c4 | c5 | c6 | c7) >= 0x80) return undefined;
    at += 8;
    if (end - at === 8) {
      const d0 = b[at]!;
      const d1 = b[at + 1]!;
      const d2 = b[at + 2]!;
      const d3 = b[at + 3]!;
      const d4 = b[at + 4]!;
      const d5 = b[at + 5]!;
      const d6 = b[at + 6]!;
      const d7 = b[at + 7]!;
      if ((d0 | d1 | d2 | d3 | d4 | d5 | d6 | d7) >= 0x80) return undefined;
      return fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7, d0, d1, d2, d3, d4, d5, d6, d7);
    }
    text = fromCharCode(c0, c1, c2, c3, c4, c5, c6, c7);
  }
  for (; end - at >= 3; at += 3) {
    const c0 = b[at]!;
    const c1 = b[at + 1]!;
    const c2 = b[at + 2]!;
    if ((c0 | c1 | c2) >= 0x80) return undefined;
    text += fromCharCode(c0, c1, c2);
  }
  for (; at < end; at++) {
    if (b[at]! >= 0x80) return undefined;
    text += fromCharCode(b[at]!);
  }
  return text;
}

function noRoom(what: string): RangeError {
  return new RangeError(`no room to write the ${what} as UTF-8`);
}

/** Refuses lone surrogates; `isWellFormed` (ES2024, Node 20) costs nothing for one-byte strings. */
function checkWellFormed(text: string, what: string): void {
  const checkable = text as string & { isWellFormed?(): boolean };
  const good = checkable.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text);
  if (good) return;
  const at = text.search(/\p{Surrogate}/u);
  const unit = text.charCodeAt(at).toString(16);
  throw new TypeError(
    `${what} holds a lone surrogate (U+${unit.toUpperCase()} at index ${at}), which UTF-8 cannot hold`,
  );
}

/**
 * Has a decoder read all; Bun's makes nothing of more than a string can hold, where others throw.
 */
function decode(by: typeof decoder, bytes: Uint8Array, start: number, end: number): string {
  const text = by.decode(unshared(bytes, start, end));
  if (text === '' && start < end) throw new RangeError('the decoder made nothing of it');
  return text;
}

/** A view of `bytes[start, end)`, or a copy where the memory is shared: not every decoder takes that. */
function unshared(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer
    ? bytes.subarray(start, end)
    : sliceRange(bytes, start, end);
}

/**
 * Finds out why a decoder refused: bytes that are not UTF-8, or a string that would be too long.
 */
function unreadable(
  bytes: Uint8Array,
  start: number,
  end: number,
  what: string,
  cause: unknown,
): JumpError {
  const validator = new TextDecoder('utf-8', DECODER_OPTIONS);
  try {
    for (let at = start; at < end; at += VALIDATION_CHUNK) {
      const chunk = unshared(bytes, at, Math.min(at + VALIDATION_CHUNK, end));
      validator.decode(chunk, { stream: true });
    }
    validator.decode();
  } catch {
    const shown = showBytes(bytes.subarray(start, end));
    const message = `stored ${what} is not UTF-8 (${shown}): ${bytesHint(what)}`;
    return new JumpError('JUMP_CORRUPTION', message, { cause });
  }
  const message = `stored ${what} of ${end - start} bytes is longer than a string can be: ${bytesHint(what)}`;
  return new JumpError('JUMP_UNSUPPORTED', message, { cause });
}

/** Ends an error's message with the way out: which option reads bytes of every kind. */
export function bytesHint(what: string): string {
  return `${what.includes('key') ? 'keyEncoding' : 'valueEncoding'} 'bytes' reads it`;
}
