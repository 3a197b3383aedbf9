/**
 * The order of keys in Chromium's IndexedDB directories, for reading them.
 *
 * @packageDocumentation
 */
import { type Comparator, compareBytes, compareRanges } from '@jump/base';
import {
  compareCounted,
  compareNumbers,
  compareWebKeys,
  KeyReader,
  MalformedKey,
} from './key-reader.ts';

/** Numbers of indexes below this one have meanings of their own. */
const FIRST_INDEX = 30n;
/** Object store data, "exists" entries, blob entries: each is followed by a key of the page's. */
const LAST_STORE_INDEX = 3n;

/** Kinds of entries in front of all databases. On disk. */
const GLOBAL = { simple: 7, scopes: 50, freeList: 100, databaseName: 201 } as const;
/** Kinds of entries about one database. On disk. */
const DATABASE = {
  simple: 6,
  objectStore: 50,
  index: 100,
  storeFreeList: 150,
  indexFreeList: 151,
  storeName: 200,
  indexName: 201,
} as const;

/**
 * The order that Chromium, Electron and others of the family name `idb_cmp1`. Only for reading:
 * databases that are written with it are Chromium's own.
 *
 * Keys that no Chromium writes sort by their bytes.
 */
export const indexedDbComparator: Comparator = {
  name: 'idb_cmp1',
  compare(a, b) {
    try {
      return compareKeys(new KeyReader(a), new KeyReader(b));
    } catch (error) {
      if (error instanceof MalformedKey) return compareBytes(a, b);
      throw error;
    }
  },
};

/** Compares by database, object store and index; then by what these are followed by. */
function compareKeys(a: KeyReader, b: KeyReader): number {
  const [database, store, index] = readPrefix(a);
  const [otherDatabase, otherStore, otherIndex] = readPrefix(b);
  const order =
    compareNumbers(database, otherDatabase) ||
    compareNumbers(store, otherStore) ||
    compareNumbers(index, otherIndex);
  if (order !== 0) return order;
  if (database === 0n) return compareGlobal(a, b);
  if (store === 0n) return compareDatabase(a, b);
  // As Chromium: an end of a range has no key, and nothing else is compared.
  if (a.atEnd || b.atEnd) return compareNumbers(a.remaining, b.remaining);
  if (index >= 1n && index <= LAST_STORE_INDEX) return compareWebKeys(a, b);
  if (index >= FIRST_INDEX) return compareIndexData(a, b);
  throw new MalformedKey();
}

/** A byte says how long the three numbers are that follow it. */
function readPrefix(key: KeyReader): [database: bigint, store: bigint, index: bigint] {
  const lengths = key.byte();
  return [
    key.integer((lengths >>> 5) + 1),
    key.integer(((lengths >>> 2) & 7) + 1),
    key.integer((lengths & 3) + 1),
  ];
}

function compareGlobal(a: KeyReader, b: KeyReader): number {
  const kind = a.byte();
  const order = kind - b.byte();
  if (order !== 0) return order;
  switch (kind) {
    case GLOBAL.scopes:
      return compareRanges(a.bytes, a.at, a.bytes.length, b.bytes, b.at, b.bytes.length);
    case GLOBAL.freeList:
      return compareNumbers(a.varint(), b.varint());
    case GLOBAL.databaseName:
      return compareCounted(a, b, 2) || compareCounted(a, b, 2);
    default:
      return nothingFollows(kind, GLOBAL.simple);
  }
}

function compareDatabase(a: KeyReader, b: KeyReader): number {
  const kind = a.byte();
  const order = kind - b.byte();
  if (order !== 0) return order;
  const numbers = (): number => compareNumbers(a.varint(), b.varint());
  switch (kind) {
    case DATABASE.objectStore:
      return numbers() || a.byte() - b.byte();
    case DATABASE.index:
      return numbers() || numbers() || a.byte() - b.byte();
    case DATABASE.storeFreeList:
      return numbers();
    case DATABASE.indexFreeList:
      return numbers() || numbers();
    case DATABASE.storeName:
      return compareCounted(a, b, 2);
    case DATABASE.indexName:
      return numbers() || compareCounted(a, b, 2);
    default:
      return nothingFollows(kind, DATABASE.simple);
  }
}

function nothingFollows(kind: number, simple: number): number {
  if (kind >= simple) throw new MalformedKey();
  return 0;
}

/** The key in the index, then the key in the object store, then a number of old databases. */
function compareIndexData(a: KeyReader, b: KeyReader): number {
  const order = compareWebKeys(a, b);
  if (order !== 0) return order;
  const aSequence = a.atEnd ? -1n : a.varint();
  const bSequence = b.atEnd ? -1n : b.varint();
  if (a.atEnd || b.atEnd) return compareNumbers(a.remaining, b.remaining);
  return compareWebKeys(a, b) || compareNumbers(aSequence, bSequence);
}
