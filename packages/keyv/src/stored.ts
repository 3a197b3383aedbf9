/**
 * A value as it is stored: when it expires, and the text that Keyv's serializer made, as it came.
 *
 *     1763830000000"{"value":"bar","expires":1763830000000}
 *     └ EXPIRES
 *
 * EXPIRES is in milliseconds since 1970, in decimal digits; none for never. The text has it, too,
 * but in a form that is the serializer's. An expiry has no value, not even the quotation mark.
 */
import type { Encoding } from '@jump/db';
import { say } from './options.ts';
import { fromText, toText } from './text.ts';

/** A value with its time. */
export interface Stored {
  /** When it expires, in milliseconds since 1970; 0: never. */
  readonly expires: number;
  /** What Keyv gave. */
  readonly text: string;
}

/** A value that nobody here has written, as a value is read. */
export class Unreadable {
  /** What was wrong with it, if more than its beginning was read. */
  readonly cause: unknown;

  constructor(cause?: unknown) {
    this.cause = cause;
  }
}

/** The time of such a value. */
export const NO_TIME = -1;

const MARK = '"';
const MARK_BYTE = 0x22;
const ZERO = 0x30;

const encoder = new TextEncoder();
// A byte-order mark counts like any other character.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Values of entries; nothing for an expiry. */
export const storedEncoding: Encoding<Stored | Unreadable | undefined> = {
  encode(stored) {
    if (stored === undefined || stored instanceof Unreadable) return new Uint8Array(0);
    const time = stored.expires === 0 ? '' : String(stored.expires);
    return encoder.encode(time + MARK + toText(stored.text));
  },
  decode(bytes) {
    const { expires, start } = readTime(bytes);
    if (expires === NO_TIME) return new Unreadable();
    try {
      return { expires, text: fromText(decoder.decode(bytes.subarray(start))) };
    } catch (cause) {
      return new Unreadable(cause);
    }
  },
};

/** Only when an entry expires; for those who need not know more. */
export const expiresEncoding: Encoding<number> = {
  encode() {
    throw new TypeError('an entry has more than its time');
  },
  decode: (bytes) => readTime(bytes).expires,
};

/** When something expires that lives for a time from now on; 0: never. */
export function expiresAfter(ttl: number | undefined | null, now: number): number {
  if (ttl === undefined || ttl === null || ttl === 0) return 0;
  if (typeof ttl !== 'number' || Number.isNaN(ttl)) {
    throw new TypeError(`ttl must be a number of milliseconds, got ${say(ttl)}`);
  }
  const expires = Math.ceil(now + ttl);
  // Before 1970 is as long ago as 1970.
  return expires > Number.MAX_SAFE_INTEGER ? 0 : Math.max(1, expires);
}

/** Tells whether something has expired: it lives until its time, and no longer. */
export function isExpired(expires: number, now: number): boolean {
  return expires !== 0 && expires <= now;
}

function readTime(bytes: Uint8Array): { expires: number; start: number } {
  let expires = 0;
  let at = 0;
  for (; at < bytes.length; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    expires = expires * 10 + digit;
  }
  return { expires: bytes[at] === MARK_BYTE ? expires : NO_TIME, start: at + 1 };
}
