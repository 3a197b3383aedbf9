/**
 * Opening stores: for reading, which writes nothing at all, and for writing, by those that say so.
 */
import {
  type JumpDB,
  JumpError,
  type JumpEvent,
  open,
  openReadOnly,
  type ReadOnlyDB,
} from '@jump/db';
import { allCodecs } from '@jump/sstable/codecs';
import type { Context } from './context.ts';
import { COMPARATORS } from './disk/orders.ts';
import { bytes } from './units.ts';

/** A store of bytes: encodings are the command line's. */
export type Reading = ReadOnlyDB<Uint8Array, Uint8Array>;
/** The same, for writing. */
export type Writing = JumpDB<Uint8Array, Uint8Array>;

/** How damaged logs are read. */
export type Recovery = 'strict' | 'prefix' | 'salvage';

/** Few: the memory of indexes and filters must not grow with the store. */
const OPEN_TABLES = 32;
/** What is read is mostly read once. */
const CACHE = 8 << 20;

const ENCODINGS = { keyEncoding: 'bytes', valueEncoding: 'bytes' } as const;

/** Reads a store, and closes it. What the end of its log has lost is told. */
export async function reading<T>(
  context: Context,
  directory: string,
  recovery: Recovery,
  use: (db: Reading) => Promise<T>,
): Promise<T> {
  const lost: JumpEvent[] = [];
  const onEvent = (event: JumpEvent): void => void lost.push(event);
  const db = openReadOnly<Uint8Array, Uint8Array>(directory, {
    ...ENCODINGS,
    recovery,
    onEvent,
    // Whoever has written it.
    codecs: allCodecs,
    comparators: COMPARATORS,
    maxOpenFiles: OPEN_TABLES,
    cacheSize: CACHE,
  });
  try {
    await tellLosses(context, lost);
    return await use(db);
  } finally {
    db.close();
  }
}

/** Opens a store for writing, and closes it. */
export async function writing<T>(
  context: Context,
  directory: string,
  options: { readonly createIfMissing: boolean; readonly recovery: Recovery },
  use: (db: Writing) => Promise<T>,
): Promise<T> {
  const lost: JumpEvent[] = [];
  const onEvent = (event: JumpEvent): void => void lost.push(event);
  const db = open<Uint8Array, Uint8Array>(directory, { ...ENCODINGS, ...options, onEvent });
  try {
    await tellLosses(context, lost);
    return await use(db);
  } finally {
    db.close();
  }
}

async function tellLosses(context: Context, events: readonly JumpEvent[]): Promise<void> {
  for (const event of events) {
    if (event.type !== 'recoveryLoss') continue;
    const what = `${bytes(event.bytes)} from offset ${event.offset} on are not whole`;
    await context.warn(`${event.file}: ${what}, as a crash leaves them; they are left out`);
  }
}

/** Refuses a path where no store is, as the store would, before anything else is done there. */
export function noStore(directory: string): JumpError {
  return new JumpError('JUMP_NOT_FOUND', 'no store is there', { file: directory });
}
