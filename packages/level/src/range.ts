/** Level's ranges: bounds of which an inclusive one wins, and those that a seek must not leave. */
import { compareBytes } from '@jump/base';
import { type Data, type Format, toBytes } from './views.ts';

/** What abstract-level hands to an iterator, or to `clear`: bounds are encoded. */
export interface RangeOptions {
  readonly gt?: Data;
  readonly gte?: Data;
  readonly lt?: Data;
  readonly lte?: Data;
  readonly reverse?: boolean;
  readonly limit?: number;
  readonly keyEncoding: Format;
  readonly snapshot?: unknown;
}

/** The bounds of a range, at most one on each side. */
export interface Bounds {
  gt?: Data;
  gte?: Data;
  lt?: Data;
  lte?: Data;
}

/** The bounds of a range, without what is `undefined`. An inclusive one wins, as always in Level. */
export function boundsOf({ gt, gte, lt, lte }: RangeOptions): Bounds {
  const bounds: Bounds = {};
  if (gte !== undefined) bounds.gte = gte;
  else if (gt !== undefined) bounds.gt = gt;
  if (lte !== undefined) bounds.lte = lte;
  else if (lt !== undefined) bounds.lt = lt;
  return bounds;
}

/** The same bounds in bytes. */
export function inBytes(bounds: Bounds): Record<string, Uint8Array> {
  const entries: [string, Data][] = Object.entries(bounds);
  return Object.fromEntries(entries.map(([name, key]) => [name, toBytes(key)]));
}

/** Tells whether a key lies outside of some bounds. */
export function isOutside(key: Uint8Array, { gt, gte, lt, lte }: Bounds): boolean {
  const order = (bound: Data): number => compareBytes(key, toBytes(bound));
  if (gte !== undefined ? order(gte) < 0 : gt !== undefined && order(gt) <= 0) return true;
  return lte !== undefined ? order(lte) > 0 : lt !== undefined && order(lt) >= 0;
}

/** What sorts next behind a key. */
export function successor(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
