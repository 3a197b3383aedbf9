/**
 * Where things lie in the store: one stretch of keys for each namespace, text throughout.
 *
 *     keyv/NAMESPACE:#KEY                     an entry that Keyv called NAMESPACE:KEY
 *     keyv/NAMESPACE:=KEY                     an entry that came without that prefix
 *     keyv/NAMESPACE:@EXPIRES=KEY             an expiry: this entry is to go at this time
 *
 * EXPIRES is in milliseconds since 1970, in sixteen digits, so that a namespace's expiries lie in
 * the order in which they fall due. In NAMESPACE `%` and `:` are written `%25` and `%3A`: the first
 * colon ends it, and no namespace is the beginning of another. `#` and `=` sort in front of `@`.
 *
 * Invariant: every entry that expires has exactly one expiry, that of its own time. An expiry
 * without such an entry means nothing: a clearing, which deletes the entries first, leaves some if
 * it is cut short.
 */
import { fromText, toText } from './text.ts';

/** What all keys begin with, so that a store can be shared with other data. */
const ROOT = 'keyv/';
/** Behind all keys that begin with {@link ROOT}. */
const ROOT_END = 'keyv0';
/** Follows the namespace when an expiry follows. */
const EXPIRY = '@';
/** As many as `Number.MAX_SAFE_INTEGER` has. */
const DIGITS = 16;

/** A range of the store's keys. */
export interface Stretch {
  /** The first key that can be in it. */
  readonly gte: string;
  /** The first that cannot. */
  readonly lt: string;
}

/** The beginning of all keys of a namespace; the empty one is where Keyv uses none. */
export function spaceOf(namespace: string): string {
  return `${ROOT}${toText(namespace.replace(/[%:]/g, encodeURIComponent))}:`;
}

/**
 * The key of an entry.
 *
 * @param prefixed - whether Keyv put the namespace in front of the key; such a key is not that of
 *   the same letters without it
 */
export function entryKey(space: string, key: string, prefixed: boolean): string {
  return `${space}${prefixed ? '#' : '='}${toText(key)}`;
}

/** Takes an entry's key apart. */
export function readEntryKey(space: string, entry: string): { key: string; prefixed: boolean } {
  return { key: fromText(entry.slice(space.length + 1)), prefixed: entry[space.length] === '#' };
}

/** The key of an entry's expiry. */
export function expiryKey(space: string, entry: string, expires: number): string {
  return expiriesFrom(space, expires) + entry.slice(space.length);
}

/** Takes an expiry's key apart: which entry, and when. */
export function readExpiryKey(space: string, expiry: string): { entry: string; expires: number } {
  const time = space.length + EXPIRY.length;
  return {
    entry: space + expiry.slice(time + DIGITS),
    expires: Number(expiry.slice(time, time + DIGITS)),
  };
}

/** A namespace's entries. */
export function entriesOf(space: string): Stretch {
  return { gte: space, lt: space + EXPIRY };
}

/** A namespace's expiries. */
export function expiriesOf(space: string): Stretch {
  return { gte: space + EXPIRY, lt: after(space) };
}

/** A namespace's expiries that are due. */
export function dueOf(space: string, now: number): Stretch {
  return { gte: space + EXPIRY, lt: expiriesFrom(space, now + 1) };
}

/** The keys behind a namespace, where the next one is found; behind nothing: all. */
export function behind(space: string | undefined): Stretch {
  return { gte: space === undefined ? ROOT : after(space), lt: ROOT_END };
}

/** The namespace that a key belongs to; for a key that nobody here has written, the key itself. */
export function spaceOfKey(key: string): string {
  const end = key.indexOf(':');
  return end < 0 ? key : key.slice(0, end + 1);
}

/** The first text behind all that begin like this one; right also for texts of no namespace. */
function after(space: string): string {
  return space.endsWith(':') ? `${space.slice(0, -1)};` : `${space}\0`;
}

function expiriesFrom(space: string, expires: number): string {
  return space + EXPIRY + String(expires).padStart(DIGITS, '0');
}
