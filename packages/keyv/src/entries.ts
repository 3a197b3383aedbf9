/** What is kept in the store, of all namespaces: an entry and its expiry change in one batch. */
import { type Batch, type JumpDB, JumpError } from '@jump/db';
import {
  behind,
  dueOf,
  entriesOf,
  expiriesOf,
  expiryKey,
  readExpiryKey,
  spaceOfKey,
} from './layout.ts';
import {
  expiresEncoding,
  isExpired,
  NO_TIME,
  type Stored,
  storedEncoding,
  Unreadable,
} from './stored.ts';

/** A `JumpDB` that is open, whatever its own encodings are. */
export type OpenStore = Pick<JumpDB, 'withEncodings'>;

/** Which entry: the beginning of its namespace's keys, and its key. */
export interface Place {
  /** What all keys of the namespace begin with. */
  readonly space: string;
  /** The entry's key. */
  readonly entry: string;
}

/** Expiries that are removed in one batch, before others have their turn. */
const SWEEP_CHUNK = 1000;

/** The entries of a store. */
export class Entries {
  readonly #entries: JumpDB<string, Stored | Unreadable | undefined>;
  /** The same entries; reads no more of them than when they expire. */
  readonly #times: JumpDB<string, number>;

  /** Nothing is read or written yet. */
  constructor(store: OpenStore) {
    this.#entries = store.withEncodings({ valueEncoding: storedEncoding });
    this.#times = store.withEncodings({ valueEncoding: expiresEncoding });
  }

  /** Reads what has not expired. */
  get({ entry }: Place, now: number): Stored | undefined {
    return alive(entry, this.#entries.get(entry), now);
  }

  /** Reads several, as of one moment. */
  getMany(places: readonly Place[], now: number): (Stored | undefined)[] {
    const found = this.#entries.getMany(places.map(({ entry }) => entry));
    return found.map((stored, i) => alive(places[i]!.entry, stored, now));
  }

  /** Tells whether an entry is there that has not expired. */
  has({ entry }: Place, now: number): boolean {
    const expires = this.#times.get(entry);
    if (expires === NO_TIME) throw notOurs(entry);
    return expires !== undefined && !isExpired(expires, now);
  }

  /** Writes several, all or none; the last one counts of two for the same place. */
  set(all: Iterable<readonly [Place, Stored]>, now: number): void {
    const last = new Map([...all].map((one) => [one[0].entry, one]));
    const batch = this.#entries.batch();
    for (const [place, stored] of last.values()) {
      // What is set when its time is over was never there.
      const over = isExpired(stored.expires, now);
      this.#replace(batch, place, over ? undefined : stored);
    }
    batch.write();
  }

  /** Deletes several, all or none; tells whether any was there that had not expired. */
  delete(places: Iterable<Place>, now: number): boolean {
    const batch = this.#entries.batch();
    let found = false;
    for (const place of places) {
      const old = this.#replace(batch, place, undefined);
      found ||= old !== undefined && !isExpired(old, now);
    }
    batch.write();
    return found;
  }

  /** Deletes a namespace. Not atomic, but no entry ever is without its expiry. */
  clear(space: string): void {
    this.#entries.clear(entriesOf(space));
    this.#entries.clear(expiriesOf(space));
  }

  /** Lists a namespace, as it is when this is called; see {@link alive}. */
  list(space: string): IterableIterator<[string, Stored | Unreadable | undefined]> {
    return this.#entries.entries(entriesOf(space));
  }

  /**
   * Deletes what has expired, of all namespaces. Reads the expiries that are due, and a key or two
   * of each namespace; others have their turn in between.
   *
   * @param isOver - asked from time to time, whether to stop
   * @returns how many entries were deleted
   */
  async sweep(now: number, isOver: () => boolean): Promise<number> {
    let removed = 0;
    for (let space = this.#spaceBehind(undefined); space; space = this.#spaceBehind(space)) {
      for (let rest = SWEEP_CHUNK; rest === SWEEP_CHUNK; ) {
        const expiries = [...this.#times.keys({ ...dueOf(space, now), limit: SWEEP_CHUNK })];
        removed += this.#sweepOut(space, expiries);
        rest = expiries.length;
        if (rest === SWEEP_CHUNK) await new Promise((resolve) => setTimeout(resolve, 0));
        if (isOver()) return removed;
      }
    }
    return removed;
  }

  #spaceBehind(space: string | undefined): string | undefined {
    const [key] = this.#times.keys({ ...behind(space), limit: 1 });
    return key === undefined ? undefined : spaceOfKey(key);
  }

  /** Deletes these expiries, and their entries where they have not been set anew since. */
  #sweepOut(space: string, expiries: readonly string[]): number {
    const batch = this.#entries.batch();
    let removed = 0;
    for (const expiry of expiries) {
      const { entry, expires } = readExpiryKey(space, expiry);
      batch.delete(expiry);
      if (this.#times.get(entry) !== expires) continue;
      batch.delete(entry);
      removed++;
    }
    if (batch.length > 0) batch.write();
    return removed;
  }

  /**
   * Puts an entry, or nothing, where another may be, or a value that nobody here has written;
   * returns when that one expires or did.
   */
  #replace(
    batch: Batch<string, Stored | Unreadable | undefined>,
    { space, entry }: Place,
    stored: Stored | undefined,
  ): number | undefined {
    const old = this.#times.get(entry);
    const expires = stored?.expires ?? 0;
    if (old !== undefined && old > 0 && old !== expires) {
      batch.delete(expiryKey(space, entry, old));
    }
    if (stored !== undefined) batch.set(entry, stored);
    else if (old !== undefined) batch.delete(entry);
    if (expires !== 0 && expires !== old) batch.set(expiryKey(space, entry, expires), undefined);
    return old;
  }
}

/**
 * What there is of an entry: nothing, if it has expired.
 *
 * @throws JumpError for a value that nobody here has written
 */
export function alive(
  entry: string,
  stored: Stored | Unreadable | undefined,
  now: number,
): Stored | undefined {
  if (stored instanceof Unreadable) throw notOurs(entry, stored.cause);
  return stored === undefined || isExpired(stored.expires, now) ? undefined : stored;
}

function notOurs(entry: string, cause?: unknown): JumpError {
  const message = `${JSON.stringify(entry)} has a value that @jump/keyv has not written`;
  return new JumpError('JUMP_CORRUPTION', message, { cause });
}
