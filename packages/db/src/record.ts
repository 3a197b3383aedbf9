/** The dictionary syntax of the Python JumpDB: a store as a plain object. */
import { wrongType } from '@jump/base';

/** What {@link record} needs of a store. */
export interface RecordStore<V> {
  /** Returns a value. */
  get(key: string): V | undefined;
  /** Tells whether there is one. */
  has(key: string): boolean;
  /** Sets one. */
  set(key: string, value: V): void;
  /** Deletes one. */
  delete(key: string): void;
  /** Lists the keys. */
  keys(): Iterable<string>;
}

/**
 * Returns an object whose properties are the store's entries: `dict.k`, `dict.k = v`, `'k' in dict`,
 * `delete dict.k`, `Object.keys(dict)`. String keys only; every access goes to the store.
 */
export function record<V>(db: RecordStore<V>): Record<string, V> {
  if (typeof db?.get !== 'function') throw wrongType('db', 'a store', db);
  return new Proxy(Object.create(null) as Record<string, V>, {
    get: (_, key) => (typeof key === 'symbol' ? undefined : db.get(key)),
    has: (_, key) => typeof key !== 'symbol' && db.has(key),
    set: (_, key, value: V) => {
      db.set(nameOf(key), value);
      return true;
    },
    deleteProperty: (_, key) => {
      db.delete(nameOf(key));
      return true;
    },
    defineProperty: (_, key, descriptor) => {
      if (!('value' in descriptor)) throw new TypeError('a store has no accessor properties');
      db.set(nameOf(key), descriptor.value as V);
      return true;
    },
    ownKeys: () => [...db.keys()],
    // A frozen target would have to agree with the store for ever.
    preventExtensions: () => false,
    getOwnPropertyDescriptor: (_, key) => {
      if (typeof key === 'symbol' || !db.has(key)) return undefined;
      return { value: db.get(key), writable: true, enumerable: true, configurable: true };
    },
  });
}

function nameOf(key: string | symbol): string {
  if (typeof key === 'symbol') throw new TypeError('keys of a store are strings, not symbols');
  return key;
}
