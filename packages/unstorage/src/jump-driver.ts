/** The store, as unstorage wants it. */
import type { JumpDB } from '@jump/db';
import { Opened } from './opened.ts';
import { type JumpDriverOptions, resolveOptions, say } from './options.ts';

/** One of several items that are read together. */
export interface ItemKey {
  /** The key. */
  readonly key: string;
}

/** An item that was read. */
export interface FoundItem extends ItemKey {
  /** The value; `null` if there is none. */
  readonly value: string | null;
}

/** What is known of an item. */
export type ItemMeta = {
  /** Bytes of the value. */
  readonly size: number;
};

/** An item: a key, and its text. */
export interface Item extends ItemKey {
  /** The value, as unstorage made text of it. */
  readonly value: string;
}

/** What unstorage calls; see its documentation. Made by {@link jumpDriver}. */
export interface JumpDriver {
  /** `jump`. */
  readonly name: string;
  /** What the driver was made with. */
  readonly options: JumpDriverOptions;
  /** The store itself, keys and values as text; opens it. */
  getInstance(): JumpDB;
  /** Tells whether an item is there. */
  hasItem(key: string): Promise<boolean>;
  /** Reads an item's text; what is no UTF-8 in it becomes U+FFFD. */
  getItem(key: string): Promise<string | null>;
  /** Reads several, as of one moment. */
  getItems(items: readonly ItemKey[]): Promise<FoundItem[]>;
  /** Reads an item's bytes. */
  getItemRaw(key: string): Promise<Uint8Array | null>;
  /** Sets an item. */
  setItem(key: string, value: string): Promise<void>;
  /** Sets several, all or none. */
  setItems(items: readonly Item[]): Promise<void>;
  /** Sets an item to bytes, or to a string's UTF-8. @throws TypeError for anything else */
  setItemRaw(key: string, value: unknown): Promise<void>;
  /** Removes an item; an absent one is not an error. */
  removeItem(key: string): Promise<void>;
  /** Tells how many bytes an item has. */
  getMeta(key: string): Promise<ItemMeta | null>;
  /** Lists the keys that begin with a base, in order; those with more colons are not looked at. */
  getKeys(base?: string, options?: { maxDepth?: number | undefined }): Promise<string[]>;
  /** Removes all items whose keys begin with a base. */
  clear(base?: string): Promise<void>;
  /** Closes the store if the driver has opened it. */
  dispose(): Promise<void>;
}

/** What unstorage separates the parts of a key with. */
const SEPARATOR = ':';

// A byte-order mark counts like any other character.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Makes a driver for unstorage 1: `createStorage({ driver: jumpDriver({ base: './data' }) })`.
 *
 * An item is an entry of the store: its key as unstorage normalizes it (`a:b:c`), its value as it
 * came. There are no change events of its own: unstorage watches what goes through it.
 *
 * @throws TypeError for what is no option
 */
export function jumpDriver(options: JumpDriverOptions): JumpDriver {
  const { prefix, ...settings } = resolveOptions(options);
  const store = new Opened({ prefix, ...settings });
  const nameOf = (key: string): string => {
    if (typeof key !== 'string') throw new TypeError(`a key must be a string, got ${say(key)}`);
    return prefix + key;
  };
  // unstorage calls these without `this`. It is not told that `getKeys` knows depths: it would leave
  // them to drivers alone, which count from their mount point and not, as it does, from the root.
  return {
    name: 'jump',
    options,
    getInstance: () => store.text,
    hasItem: async (key) => store.bytes.has(nameOf(key)),
    getItem: async (key) => textOf(store.bytes.get(nameOf(key))),
    async getItems(items) {
      const values = store.bytes.getMany(items.map(({ key }) => nameOf(key)));
      return items.map(({ key }, i) => ({ key, value: textOf(values[i]) }));
    },
    getItemRaw: async (key) => store.bytes.get(nameOf(key)) ?? null,
    async setItem(key, value) {
      store.text.set(nameOf(key), value);
      await store.written();
    },
    async setItems(items) {
      const batch = store.text.batch();
      for (const { key, value } of items) batch.set(nameOf(key), value);
      batch.write();
      await store.written();
    },
    async setItemRaw(key, value) {
      if (typeof value === 'string') store.text.set(nameOf(key), value);
      else store.bytes.set(nameOf(key), bytesOf(value));
      await store.written();
    },
    async removeItem(key) {
      store.text.delete(nameOf(key));
      await store.written();
    },
    async getMeta(key) {
      const bytes = store.bytes.get(nameOf(key));
      return bytes === undefined ? null : { size: bytes.length };
    },
    async getKeys(base = '', { maxDepth } = {}) {
      const names = keysWithin(store.bytes, nameOf(base), prefix, maxDepth);
      return Array.from(names, (name) => name.slice(prefix.length));
    },
    async clear(base = '') {
      store.text.clear({ prefix: nameOf(base) });
      await store.written();
    },
    dispose: () => store.close(),
  };
}

/**
 * Lists keys that begin with `base`, and passes over those of more parts than are wanted: what
 * begins like the first of them is stepped over in one.
 */
function* keysWithin(
  store: JumpDB<string, Uint8Array>,
  base: string,
  prefix: string,
  maxDepth = Number.POSITIVE_INFINITY,
): Generator<string, void> {
  if (!(maxDepth >= 0)) return;
  const cursor = store.cursor({ prefix: base });
  try {
    for (let more = cursor.first(); more; ) {
      const { key } = cursor;
      const end = endOfDepth(key, prefix.length, maxDepth);
      if (end === undefined) yield key;
      // Behind all keys that begin like this one up to the colon that is one too many.
      more = end === undefined ? cursor.next() : cursor.seek(`${key.slice(0, end)};`);
    }
  } finally {
    cursor.close();
  }
}

/** Where in a key is the separator that makes it too deep, if there is one. */
function endOfDepth(key: string, start: number, maxDepth: number): number | undefined {
  let at = start - 1;
  for (let depth = 0; depth <= maxDepth; depth++) {
    at = key.indexOf(SEPARATOR, at + 1);
    if (at < 0) return undefined;
  }
  return at;
}

function textOf(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : decoder.decode(bytes);
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new TypeError(`a raw value must be bytes or a string, got ${say(value)}`);
}
