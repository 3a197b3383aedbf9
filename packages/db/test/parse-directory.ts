/** Whole directories of which some file was changed under true checksums. */
import { compareBytes, JumpError } from '@jump/base';
import { decodeVersionEdit, encodeVersionEdit, type VersionEdit } from '@jump/manifest';
import type { Random } from '@jump/testkit';
import type { Vfs } from '@jump/vfs';
import { type OpenOptions, open, openReadOnly } from '../src/index.ts';
import { makeStore } from './damage-stores.ts';
import { DIRECTORY, diskOf, type Files } from './disk-files.ts';
import { mutate, mutateLog, mutateTable, sealedRanges } from './mutate.ts';

const OPTIONS = { keyEncoding: 'bytes', valueEncoding: 'bytes', cacheSize: 0 } as const;

/** Draws a store; returns what changes one of its files and has the store opened. */
export async function prepareDirectory(random: Random) {
  const { files, options } = await makeStore(random.integer(0, 3), random);
  return (r: Random) => {
    const changes = changeOf(r, files);
    // Seldom: a reader that finds a loss waits and looks again, for the writer may be at it.
    const beside = r.chance(0.02);
    return async (): Promise<void> => {
      const vfs = diskOf(files, changes);
      if (beside) readOnly(vfs);
      for (let i = 0; i < 2; i++) {
        const given = { ...options, ...OPTIONS, vfs } as OpenOptions<Uint8Array, Uint8Array>;
        const db = open<Uint8Array, Uint8Array>(DIRECTORY, given);
        try {
          read(db);
          await db.compact();
          read(db);
        } finally {
          db.close();
        }
      }
    };
  };
}

function readOnly(vfs: Vfs): void {
  const given = { ...OPTIONS, vfs, recovery: 'prefix' } as const;
  const reader = openReadOnly<Uint8Array, Uint8Array>(DIRECTORY, given);
  try {
    read(reader);
  } finally {
    reader.close();
  }
}

/** Draws a change of one file: of its bytes, under true checksums, or of what it is. */
export function changeOf(random: Random, files: Files): Record<string, Uint8Array | undefined> {
  const names = [...files.keys()].filter((name) => name !== 'LOCK');
  const name = random.pick(names);
  const bytes = files.get(name)!;
  const draw = random.integer(0, 19);
  if (draw === 0) return { [name]: undefined };
  if (draw === 1) return { [name]: files.get(random.pick(names)) };
  if (draw === 2)
    return {
      [`${random.skewed(2 ** 30)}`.padStart(6, '0') + random.pick(['.log', '.ldb', '.dbtmp'])]:
        bytes,
    };
  if (name.startsWith('MANIFEST')) return { [name]: mutateLog(random, bytes, mutateEdit) };
  if (name.endsWith('.log')) return { [name]: mutateLog(random, bytes) };
  if (name.endsWith('.ldb')) return { [name]: mutateTable(random, bytes, sealedRanges(bytes)) };
  return { [name]: mutate(random, bytes) };
}

/** Changes an edit in its terms: numbers, levels, tables, or any byte. */
function mutateEdit(random: Random, data: Uint8Array): Uint8Array {
  const edit = random.chance(0.6) ? decoded(data) : undefined;
  if (edit === undefined) return mutate(random, data);
  const number = random.chance(0.5) ? random.integer(0, 12) : random.skewed(2 ** 31);
  const level = random.integer(0, 6);
  const table = edit.added[0]?.table;
  const changes: Partial<VersionEdit>[] = [
    { logNumber: number },
    { previousLogNumber: number },
    { nextFileNumber: number },
    { lastSequence: number },
    { comparator: 'another' },
    { deleted: [{ level, number }] },
    { deleted: [] },
    { added: [] },
    { added: edit.added.map(({ table: one }) => ({ level, table: one })) },
    { added: edit.added.map((one) => ({ ...one, table: { ...one.table, number } })) },
    { added: edit.added.map((one) => ({ ...one, table: { ...one.table, fileSize: number } })) },
    {
      added: edit.added.map((one) => ({
        ...one,
        table: { ...one.table, smallest: one.table.largest, largest: one.table.smallest },
      })),
    },
    { compactPointers: table === undefined ? [] : [{ level, key: table.largest }] },
    { added: [...edit.added, ...edit.added] },
  ];
  return encodeVersionEdit({ ...edit, ...random.pick(changes) });
}

/** The edit, unless it was changed before into something that is none. */
function decoded(data: Uint8Array): VersionEdit | undefined {
  try {
    return decodeVersionEdit(data, 'manifest', 0);
  } catch (error) {
    if (error instanceof JumpError) return undefined;
    throw error;
  }
}

interface Readable {
  entries(range?: { reverse: boolean }): Iterable<[Uint8Array, Uint8Array]>;
  get(key: Uint8Array): Uint8Array | undefined;
}

/** What is read is in order, and the same both ways. */
function read(db: Readable): void {
  const keys = [...db.entries()].map(([key]) => key);
  const back = [...db.entries({ reverse: true })].map(([key]) => key).reverse();
  if (keys.join() !== back.join()) throw new Error('backwards is not as forwards');
  for (let i = 1; i < keys.length; i++) {
    if (compareBytes(keys[i - 1]!, keys[i]!) >= 0) throw new Error('keys out of order');
  }
  for (const key of keys) db.get(key);
}
