/** Files put together on purpose, under true checksums, and the sound store each belongs to. */
import { encodeInternalKey, writeFixed32 } from '@jump/base';
import { encodeMark, LogWriter } from '@jump/log';
import { encodeVersionEdit, type TableMeta, type VersionEdit } from '@jump/manifest';
import { memoryVfs, readFile } from '@jump/vfs';
import { open } from '../src/index.ts';
import { DIRECTORY, diskOf, type Files, filesOf } from './disk-files.ts';
import { type Fragment, fragmentsOf, logOf } from './mutate.ts';

/** Bytes of a text. */
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const key = (user: string, sequence = 1, kind = 1): Uint8Array =>
  encodeInternalKey(text(user), sequence, kind);
/** Bytes behind each other. */
export const joined = (...parts: (readonly number[] | Uint8Array)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

const FULL = 1;
const record = (data: Uint8Array): Fragment => ({ type: FULL, data });

/** Files in the place of the store's own; `undefined` for none. */
export type Changes = Record<string, Uint8Array | undefined>;

interface Store {
  readonly files: Files;
  readonly manifest: string;
  readonly log: string;
  readonly table: string;
  /** What the manifest says of the one table. */
  readonly meta: TableMeta;
}

async function soundStore(): Promise<Store> {
  const vfs = diskOf(new Map());
  const db = open(DIRECTORY, { vfs, filter: 'none' });
  for (let i = 0; i < 20; i++) db.set(`key${i}`, `value ${i}`);
  await db.flush();
  db.set('in the log', 'yes');
  db.close();
  const files = filesOf(vfs);
  const named = (pattern: RegExp): string => [...files.keys()].find((name) => pattern.test(name))!;
  const table = named(/ldb$/);
  const fileSize = files.get(table)!.length;
  const meta = {
    number: Number.parseInt(table, 10),
    fileSize,
    smallest: key('key0', 1),
    largest: key('key9', 10),
  };
  return { files, manifest: named(/^MANIFEST/), log: named(/log$/), table, meta };
}

/** The store, closed, of which one file is changed. */
export const store = await soundStore();

/** The store's own manifest, with more behind it. */
export function manifestAnd(...edits: (Partial<VersionEdit> | Uint8Array)[]): Changes {
  const own = fragmentsOf(store.files.get(store.manifest)!);
  const more = edits.map((edit) =>
    record(edit instanceof Uint8Array ? edit : encodeVersionEdit(edit)),
  );
  return { [store.manifest]: logOf([...own, ...more]) };
}

/** The store's own log, with more behind it, and a mark that says that all was on the disk. */
export function logAnd(fragments: readonly Fragment[]): Changes {
  const own = fragmentsOf(store.files.get(store.log)!);
  return { [store.log]: logOf([...own, ...fragments, record(encodeMark(NEXT + 2))]) };
}

/** A manifest of records of any length. */
export function longManifest(edit: Partial<VersionEdit>): Changes {
  const vfs = memoryVfs();
  const writer = new LogWriter({ vfs, path: 'log' });
  for (const { data } of fragmentsOf(store.files.get(store.manifest)!)) writer.append(data);
  writer.append(encodeVersionEdit(edit));
  writer.close();
  return { [store.manifest]: readFile(vfs, 'log', 2 ** 30) };
}

/** A batch as its bytes are told. */
function batch(sequence: number | bigint, count: number, ...body: number[][]): Fragment {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(sequence), true);
  writeFixed32(bytes, 8, count);
  return record(joined(bytes, ...body));
}

const SET = [1, 1, 97, 1, 98];
/** Number of 64 bits, and of one byte too many. */
const varint = (value: bigint): number[] => {
  const bytes: number[] = [];
  for (let left = value; ; left >>= 7n) {
    if (left < 128n) return [...bytes, Number(left)];
    bytes.push(Number(left & 127n) | 128);
  }
};
const ELEVEN = [...new Array<number>(10).fill(255), 1];
const added = (change: Partial<TableMeta>, level = 1): Partial<VersionEdit> => ({
  added: [{ level, table: { ...store.meta, number: 1, ...change } }],
});
/** The sequence of the entry in its log. */
export const NEXT = 21;

/** Records of a log that are no batches, or batches that do not fit. */
export const BATCHES: [string, () => Fragment][] = [
  ['a batch that says more entries than it has', () => batch(NEXT + 1, 3, SET)],
  ['a batch that says fewer entries than it has', () => batch(NEXT + 1, 1, SET, SET)],
  ['a batch that says 2^32 - 1 entries', () => batch(NEXT + 1, 2 ** 32 - 1, SET)],
  ['a batch without entries that says one', () => batch(NEXT + 1, 1)],
  ['a mark with something behind it', () => batch(NEXT + 1, 0, [0])],
  ['a batch of eleven bytes', () => record(new Uint8Array(11))],
  ['an empty record', () => record(new Uint8Array(0))],
  ['a key whose length has eleven bytes', () => batch(NEXT + 1, 1, [1, ...ELEVEN])],
  ['a key longer than its batch', () => batch(NEXT + 1, 1, [1, 200, 1, 97])],
  ['a key of 2^32 - 1 bytes', () => batch(NEXT + 1, 1, [1, ...varint(2n ** 32n - 1n), 97])],
  ['a key of 2^31 bytes', () => batch(NEXT + 1, 1, [0, ...varint(2n ** 31n), 97])],
  ['a value longer than its batch', () => batch(NEXT + 1, 1, [1, 1, 97, 50, 98])],
  ['a value of 2^32 - 1 bytes', () => batch(NEXT + 1, 1, [1, 1, 97, ...varint(2n ** 32n - 1n)])],
  ['a batch that ends behind a kind', () => batch(NEXT + 1, 1, [1])],
  ['a batch that ends behind a key', () => batch(NEXT + 1, 1, [1, 1, 97])],
  ['an entry of kind 2', () => batch(NEXT + 1, 1, [2, 1, 97, 1, 98])],
  ['an entry of kind 255', () => batch(NEXT + 1, 1, [255, 1, 97, 1, 98])],
  ['entries that skip sequences', () => batch(NEXT + 5, 1, SET)],
];

/** Batches of sequences that nobody can go on from. */
export const SEQUENCES: [string, () => Fragment][] = [
  ['sequence 2^53', () => batch(2 ** 53, 1, SET)],
  ['sequence 2^56 - 1', () => batch(2n ** 56n - 1n, 1, SET)],
  ['sequence 2^64 - 1', () => batch(2n ** 64n - 1n, 1, SET)],
  ['sequences that pass 2^53', () => batch(2 ** 53 - 10, 2 ** 32 - 1, SET)],
];

/** Fragments that are no records. */
export const LOGS: [string, () => Fragment[]][] = [
  ['a MIDDLE without a FIRST', () => [{ type: 3, data: text('middle') }]],
  ['a LAST without a FIRST', () => [{ type: 4, data: text('last') }]],
  ['a FIRST without a LAST', () => [{ type: 2, data: text('first') }]],
  [
    'a FIRST after a FIRST',
    () => [
      { type: 2, data: text('a') },
      { type: 2, data: text('b') },
    ],
  ],
  ['a fragment of type 5', () => [{ type: 5, data: text('five') }]],
  ['a fragment of type 255', () => [{ type: 255, data: text('…') }]],
  ['a fragment of type 0 with data', () => [{ type: 0, data: text('zero') }]],
  ['a million empty FIRSTs', () => new Array<Fragment>(1e6).fill({ type: 2, data: text('') })],
  [
    'a hundred thousand empty MIDDLEs',
    () => [
      { type: 2, data: text('first') },
      ...new Array<Fragment>(1e5).fill({ type: 3, data: text('') }),
    ],
  ],
  ['a hundred thousand empty records', () => new Array<Fragment>(1e5).fill(record(text('')))],
];

/** Manifests that say what cannot be. */
export const EDITS: [string, () => Changes][] = [
  ['a table in level 7', () => manifestAnd(joined([7, 7, 1, 10], [8], key(''), [8], key('')))],
  [
    'a table in level 255',
    () => manifestAnd(joined([7], varint(255n), [1, 10], [8], key(''), [8], key(''))),
  ],
  ['a table that leaves level 9', () => manifestAnd(joined([6, 9, 1]))],
  ['a pointer of level 7', () => manifestAnd(joined([5, 7, 8], key('')))],
  ['a table twice', () => manifestAnd(added({ number: store.meta.number }))],
  ['a table in two levels', () => manifestAnd(added({ number: store.meta.number }, 3))],
  [
    'a table that leaves and was never there',
    () => manifestAnd({ deleted: [{ level: 2, number: 5 }] }),
  ],
  [
    'a table that leaves another level',
    () => manifestAnd({ deleted: [{ level: 5, number: store.meta.number }] }),
  ],
  [
    'a table number of 2^53',
    () => manifestAnd(joined([7, 1], varint(2n ** 53n), [10, 8], key(''), [8], key(''))),
  ],
  [
    'a table number of 2^63',
    () => manifestAnd(joined([7, 1], varint(2n ** 63n), [10, 8], key(''), [8], key(''))),
  ],
  [
    'a table of 2^63 bytes',
    () => manifestAnd(joined([7, 1, 1], varint(2n ** 63n), [8], key(''), [8], key(''))),
  ],
  ['a log number of 2^64 - 1', () => manifestAnd(joined([2], varint(2n ** 64n - 1n)))],
  ['a next file number of 2^64 - 1', () => manifestAnd(joined([3], varint(2n ** 64n - 1n)))],
  ['a last sequence of 2^64 - 1', () => manifestAnd(joined([4], varint(2n ** 64n - 1n)))],
  ['a number of eleven bytes', () => manifestAnd(joined([2], ELEVEN))],
  ['a tag of eleven bytes', () => manifestAnd(joined(ELEVEN))],
  ['tag 8', () => manifestAnd(joined([8, 1]))],
  ['tag 200', () => manifestAnd(joined([200, 1, 1]))],
  ['an edit that ends behind a tag', () => manifestAnd(joined([7]))],
  [
    'an internal key of seven bytes',
    () => manifestAnd(joined([7, 1, 1, 10, 7], new Uint8Array(7), [8], key(''))),
  ],
  [
    'an internal key of kind 9',
    () => manifestAnd(joined([7, 1, 1, 10, 8], key('', 1, 9), [8], key(''))),
  ],
  [
    'a key longer than the edit',
    () => manifestAnd(joined([7, 1, 1, 10], varint(2n ** 31n), key(''))),
  ],
  [
    'a range that ends before it begins',
    () => manifestAnd(added({ smallest: key('z'), largest: key('a') })),
  ],
  ['overlapping tables of one level', () => manifestAnd(added({}, 2), added({ number: 2 }, 2))],
  ['a table that is not there', () => manifestAnd(added({ number: 3 }, 2))],
  [
    'a next file number that a live table has',
    () => manifestAnd({ nextFileNumber: store.meta.number }),
  ],
  ['a log that is not there', () => manifestAnd({ logNumber: 77, nextFileNumber: 99 })],
  ['no edits', () => ({ [store.manifest]: new Uint8Array(0) })],
  ['one edit without fields', () => ({ [store.manifest]: logOf([record(text(''))]) })],
  ['a manifest of zeros', () => ({ [store.manifest]: new Uint8Array(40_000) })],
  ['a manifest that is a table', () => ({ [store.manifest]: store.files.get(store.table) })],
  ['a manifest that is a log', () => ({ [store.manifest]: store.files.get(store.log) })],
  ['a comparator whose name is not UTF-8', () => manifestAnd(joined([1, 2, 0xff, 0xfe]))],
  [
    'ten thousand tables',
    () =>
      longManifest({
        nextFileNumber: 200_000,
        added: Array.from({ length: 1e4 }, (_, i) => ({
          level: 0,
          table: { ...store.meta, number: i + 100 },
        })),
      }),
  ],
];

/** Files in the place of a table. */
export const TABLES: [string, () => Changes][] = [
  ['a table without bytes', () => ({ [store.table]: new Uint8Array(0) })],
  [
    'a table that is all footer',
    () => ({ [store.table]: store.files.get(store.table)!.slice(-48) }),
  ],
  ['a table of zeros', () => ({ [store.table]: new Uint8Array(store.meta.fileSize) })],
  ['a table that is a log', () => ({ [store.table]: store.files.get(store.log) })],
  [
    'a table of another size',
    () => ({ [store.table]: joined(store.files.get(store.table)!, [0]) }),
  ],
];

const line = (name: string): Changes => ({ CURRENT: text(name) });
/** Contents of CURRENT. */
export const CURRENTS: [string, () => Changes][] = [
  ['nothing', () => line('')],
  ['a line feed', () => line('\n')],
  ['a path upwards', () => line(`../${DIRECTORY}/${store.manifest}\n`)],
  ['a path from the root', () => line(`/${DIRECTORY}/${store.manifest}\n`)],
  ['a path through the directory', () => line(`./${store.manifest}\n`)],
  ['no line feed', () => line(store.manifest)],
  ['two line feeds', () => line(`${store.manifest}\n\n`)],
  ['two names', () => line(`${store.manifest}\n${store.manifest}\n`)],
  ['a carriage return', () => line(`${store.manifest}\r\n`)],
  ['a space in front', () => line(` ${store.manifest}\n`)],
  ['small letters', () => line(`${store.manifest.toLowerCase()}\n`)],
  ['a NUL in it', () => line(`${store.manifest}\0\n`)],
  ['NULs', () => line('\0'.repeat(16))],
  ['a table', () => line(`${store.table}\n`)],
  ['itself', () => line('CURRENT\n')],
  ['a manifest that is not there', () => line('MANIFEST-999999\n')],
  ['a number beyond all', () => line(`MANIFEST-${'9'.repeat(40)}\n`)],
  ['a mebibyte', () => line('M'.repeat(2 ** 20))],
  ['a number with a sign', () => line('MANIFEST--00001\n')],
];
