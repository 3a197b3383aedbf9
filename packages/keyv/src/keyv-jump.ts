/** The store, as Keyv wants it. */
import { type JumpDB, JumpError, open } from '@jump/db';
import type { Entry, ErrorListener, KeyvOpts } from './contract.ts';
import { alive, Entries, type OpenStore, type Place } from './entries.ts';
import { entryKey, readEntryKey, spaceOf } from './layout.ts';
import { checkOptions, type KeyvJumpOptions, say } from './options.ts';
import { expiresAfter, type Stored } from './stored.ts';

/** Milliseconds from one sweep to the next. */
const SWEEP_INTERVAL = 60_000;

/**
 * A store for Keyv 5 and 6, in a directory of JumpDB's: `new Keyv({ store: new KeyvJump('./cache') })`.
 *
 * Expired entries are never returned, and a sweep deletes them. Errors of the store are
 * `JumpError`s with a code; a wrong argument is a `TypeError`. One adapter is for one Keyv; several
 * can share an open store.
 */
export class KeyvJump {
  /** For Keyv 5. */
  readonly opts: KeyvOpts;
  readonly #source: string | OpenStore;
  readonly #options: KeyvJumpOptions;
  readonly #listeners = new Set<ErrorListener>();
  #namespace = '';
  /** All that there were, the longest first, and what their keys begin with in the store. */
  #spaces: readonly (readonly [namespace: string, space: string])[] = [['', spaceOf('')]];
  #store: Pick<JumpDB, 'handOver' | 'sync' | 'close'> | undefined;
  #entries: Entries | undefined;
  #closed = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #sweep: Promise<number> | undefined;
  #handedOver: Promise<void> | undefined;

  /**
   * Makes the adapter. A path is opened when something is first asked of it.
   *
   * @param store - a directory, `':memory:'`, or an open store, which stays its owner's to close
   * @throws TypeError, RangeError for what is no store or option
   */
  constructor(store: string | OpenStore, options: KeyvJumpOptions = {}) {
    checkOptions(store, options);
    this.#source = store;
    this.#options = options;
    this.namespace = options.namespace;
    this.opts = { url: typeof store === 'string' ? store : 'jump', dialect: 'sqlite' };
  }

  /** The namespace of the calls to come. */
  get namespace(): string | undefined {
    return this.#namespace === '' ? undefined : this.#namespace;
  }

  /** Keyv sets it. */
  set namespace(namespace: string | undefined) {
    this.#namespace = namespace ?? '';
    const all = new Set([this.#namespace, ...this.#spaces.map(([one]) => one)]);
    const longestFirst = [...all].sort((a, b) => b.length - a.length);
    this.#spaces = longestFirst.map((one) => [one, spaceOf(one)]);
  }

  /** Reads a value: what Keyv set, or `undefined`. */
  async get<Value = string>(key: string): Promise<Value | undefined> {
    try {
      return this.#opened().get(this.#place(key), Date.now())?.text as Value | undefined;
    } catch (error) {
      // Keyv 5 takes a failed read for a key that is not there, and tells nobody.
      this.#emit(error);
      throw error;
    }
  }

  /** Reads several values, as of one moment. */
  async getMany<Value = string>(keys: string[]): Promise<(Value | undefined)[]> {
    const found = this.#opened().getMany(this.#places(keys), Date.now());
    return found.map((stored) => stored?.text as Value | undefined);
  }

  /** Tells whether there is a value. */
  async has(key: string): Promise<boolean> {
    return this.#opened().has(this.#place(key), Date.now());
  }

  /** Tells of several keys whether there is a value. */
  async hasMany(keys: string[]): Promise<boolean[]> {
    const now = Date.now();
    return this.#places(keys).map((place) => this.#opened().has(place, now));
  }

  /**
   * Sets a value.
   *
   * @param ttl - milliseconds that it lives; none, or 0: for ever
   * @throws TypeError unless it is text, as Keyv's serializer makes
   */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    const now = Date.now();
    this.#opened().set([this.#stored({ key, value, ttl }, now)], now);
    await this.#written();
    return true;
  }

  /** Sets several values, all or none; resolves to `true` for each, which Keyv 5 hands on. */
  async setMany(entries: readonly Entry[]): Promise<void> {
    const now = Date.now();
    this.#opened().set(
      entries.map((one) => this.#stored(one, now)),
      now,
    );
    await this.#written();
    // Keyv 5 declares that it wants nothing, and promises this to its own caller.
    return entries.map(() => true) as unknown as undefined;
  }

  /** Deletes a value; tells whether there was one. */
  async delete(key: string): Promise<boolean> {
    return this.deleteMany([key]);
  }

  /** Deletes several values, all or none; tells whether there was one. */
  async deleteMany(keys: string[]): Promise<boolean> {
    const found = this.#opened().delete(this.#places(keys), Date.now());
    await this.#written();
    return found;
  }

  /** Deletes everything of this namespace; without one, what has none. */
  async clear(): Promise<void> {
    this.#opened().clear(spaceOf(this.#namespace));
    await this.#written();
  }

  /** Lists a namespace, this one if none is given, as it is at the first `next()`. */
  async *iterator<Value = string>(
    namespace: string | undefined = this.namespace,
  ): AsyncGenerator<[string, Awaited<Value>], void> {
    const space = spaceOf(namespace ?? '');
    for (const [entry, found] of this.#opened().list(space)) {
      const stored = alive(entry, found, Date.now());
      if (stored === undefined) continue;
      const { key, prefixed } = readEntryKey(space, entry);
      yield [prefixed ? `${namespace}:${key}` : key, stored.text as Awaited<Value>];
    }
  }

  /**
   * Deletes what has expired, of all namespaces of the store, in time for what has expired alone.
   *
   * @returns how many entries were deleted
   */
  async sweep(): Promise<number> {
    const entries = this.#opened();
    this.#sweep ??= entries
      .sweep(Date.now(), () => this.#closed)
      .finally(() => {
        this.#sweep = undefined;
      });
    return this.#sweep;
  }

  /** Lets go of the store, and closes it if the adapter has opened it. Twice is once. */
  async disconnect(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    // What has been set before is still to be told that it is in the operating system.
    await this.#handedOver?.catch(() => undefined);
    if (typeof this.#source === 'string') this.#store?.close();
  }

  /** Calls a listener with errors: of sweeps that nobody called for, and of reads. */
  on(event: string, listener: ErrorListener): this {
    if (event === 'error') this.#listeners.add(listener);
    return this;
  }

  /** Calls a listener no more. */
  off(event: string, listener: ErrorListener): this {
    if (event === 'error') this.#listeners.delete(listener);
    return this;
  }

  #emit(error: unknown): void {
    for (const listener of this.#listeners) listener(error);
  }

  #opened(): Entries {
    if (this.#closed) throw new JumpError('JUMP_CLOSED', 'the adapter is disconnected');
    if (this.#entries !== undefined) return this.#entries;
    const source = this.#source;
    const store = typeof source === 'string' ? open(source, this.#options.jump) : source;
    // As JumpDB with any encodings: they are other views of one store.
    this.#store = store.withEncodings();
    this.#entries = new Entries(store);
    const { sweepInterval = SWEEP_INTERVAL } = this.#options;
    if (sweepInterval > 0) {
      this.#timer = setInterval(() => this.#sweepInBackground(), sweepInterval);
      this.#timer.unref?.();
    }
    return this.#entries;
  }

  #sweepInBackground(): void {
    this.sweep().catch((error) => {
      // Its owner has closed the store: there is nothing more to sweep.
      if (error instanceof JumpError && error.code === 'JUMP_CLOSED') clearInterval(this.#timer);
      else this.#emit(error);
    });
  }

  #stored({ key, value, ttl }: Entry, now: number): [Place, Stored] {
    if (typeof value !== 'string') {
      throw new TypeError(`a value must be text, got ${say(value)}: leave Keyv its serializer`);
    }
    return [this.#place(key), { expires: expiresAfter(ttl, now), text: value }];
  }

  #places(keys: readonly string[]): Place[] {
    return keys.map((key) => this.#place(key));
  }

  /**
   * Keyv 5 puts its namespace and a colon in front of its keys, Keyv 6 does not. Where several of
   * Keyv 5 share the adapter, `namespace` is the last one's, and a key says whose it is.
   */
  #place(key: string): Place {
    if (typeof key !== 'string') throw new TypeError(`a key must be a string, got ${say(key)}`);
    const own = this.#namespace;
    const isSaid = (namespace: string): boolean =>
      namespace !== '' && key.startsWith(`${namespace}:`);
    const said = isSaid(own) ? own : this.#spaces.find(([one]) => isSaid(one))?.[0];
    const space = this.#spaces.find(([one]) => one === (said ?? own))![1];
    if (said === undefined) return { space, entry: entryKey(space, key, false) };
    return { space, entry: entryKey(space, key.slice(said.length + 1), true) };
  }

  /** Resolves when the writes of this moment are with the system, or on the disk. */
  #written(): Promise<void> {
    const store = this.#store!;
    if (this.#options.sync === true) return store.sync();
    this.#handedOver ??= Promise.resolve().then(() => {
      this.#handedOver = undefined;
      store.handOver();
    });
    return this.#handedOver;
  }
}
