/**
 * A survey: everything that can be counted, by reading everything once file by file, and once more
 * as a reader sees it.
 */

import { type Cursor, KIND_DELETION, readKind, TRAILER_LENGTH } from '@jump/base';
import { LogReader } from '@jump/log';
import type { TableReader } from '@jump/sstable';
import type { Context } from '../context.ts';
import { type Recovery, reading } from '../stores.ts';
import { walk } from '../walk.ts';
import type { Layout, LiveTable } from './directory.ts';
import { Histogram } from './histogram.ts';
import { BYTEWISE, type KnownOrder, orderNamed } from './orders.ts';
import { openTable } from './table-entries.ts';

/** What is stored at one level, or in the logs. */
interface StoredCounts {
  /** Versions of keys, deletions among them. */
  entries: number;
  tombstones: number;
  keyBytes: number;
  valueBytes: number;
}

/** What was counted. */
export interface Survey {
  /** Sizes of keys and values of everything stored, deletions' keys included. */
  readonly keys: Histogram;
  readonly values: Histogram;
  readonly levels: readonly StoredCounts[];
  readonly logs: StoredCounts;
  /** What a reader sees; `undefined` if the order of keys is not known here. */
  readonly live: { entries: number; bytes: number } | undefined;
  readonly blocks: {
    /** Their sizes in the file. */
    readonly stored: Histogram;
    /** Their sizes in memory, as far as keys and values make them up. */
    readonly contents: Histogram;
    /** Entries of a block. */
    readonly entries: Histogram;
  };
}

const emptyCounts = (): StoredCounts => ({
  entries: 0,
  tombstones: 0,
  keyBytes: 0,
  valueBytes: 0,
});

/** Bytes behind a block: its codec and checksum. */
const BLOCK_TRAILER = 5;

/** Reads a store whole, twice. */
export async function surveyStore(
  context: Context,
  layout: Layout,
  recovery: Recovery,
): Promise<Survey> {
  const survey = {
    keys: new Histogram(),
    values: new Histogram(),
    levels: layout.levels.map(emptyCounts),
    logs: emptyCounts(),
    blocks: { stored: new Histogram(), contents: new Histogram(), entries: new Histogram() },
  };
  const order = orderNamed(layout.comparator);
  await readTables(context, layout, order, survey);
  const live = order.comparator ? await readLive(context, layout.directory, recovery) : undefined;
  return { ...survey, live };
}

type Counting = Omit<Survey, 'live'>;

async function readTables(
  context: Context,
  layout: Layout,
  order: KnownOrder,
  survey: Counting,
): Promise<void> {
  const tables = layout.levels.flat();
  const total = tables.reduce((sum, { fileSize }) => sum + fileSize, 0);
  const progress = context.progress('reading tables', total, 'bytes');
  let done = 0;
  try {
    for (const table of tables) {
      await readTable(context, order, table, survey, (offset) => progress.update(done + offset));
      done += table.fileSize;
      progress.update(done);
    }
  } finally {
    progress.end();
  }
  for (const log of layout.logs) {
    for (const line of LogReader.open(log.path).entries()) {
      if (line.type === 'entry') {
        count(
          survey,
          survey.logs,
          line.userKey.length,
          line.value.length,
          line.kind === 'deletion',
        );
      }
    }
    await context.pause();
  }
}

async function readTable(
  context: Context,
  order: KnownOrder,
  table: LiveTable,
  survey: Counting,
  onProgress: (offset: number) => void,
): Promise<void> {
  const reader = openTable(table.path, order);
  const cursor = reader.cursor({ fillCache: false });
  // In other orders the end of the last block cannot be asked for.
  const blocks = order === BYTEWISE ? new BlockCounts(reader, survey.blocks) : undefined;
  const level = survey.levels[table.level]!;
  try {
    let seen = 0;
    for (let more = cursor.first(); more; more = cursor.next()) {
      const { keyBytes, keyStart, keyEnd, valueStart, valueEnd } = cursor;
      const keyLength = keyEnd - keyStart - TRAILER_LENGTH;
      const deletion = readKind(keyBytes, keyEnd) === KIND_DELETION;
      count(survey, level, keyLength, valueEnd - valueStart, deletion);
      blocks?.add(cursor);
      if (++seen % 1024 === 0) {
        onProgress(blocks?.offset ?? 0);
        await context.pause();
      }
    }
    blocks?.end(table.largest);
  } finally {
    cursor.close();
    reader.close();
  }
}

function count(
  survey: Counting,
  counts: StoredCounts,
  keyLength: number,
  valueLength: number,
  deletion: boolean,
): void {
  counts.entries++;
  counts.keyBytes += keyLength;
  survey.keys.add(keyLength);
  if (deletion) {
    counts.tombstones++;
    return;
  }
  counts.valueBytes += valueLength;
  survey.values.add(valueLength);
}

/** Tells one block of a table from the next, by the places that its index gives entries. */
class BlockCounts {
  /** Where the block of the last entry begins. */
  offset = -1;
  readonly #reader: TableReader;
  readonly #blocks: Survey['blocks'];
  #entries = 0;
  #contents = 0;

  constructor(reader: TableReader, blocks: Survey['blocks']) {
    this.#reader = reader;
    this.#blocks = blocks;
  }

  add({ keyBytes, keyStart, keyEnd, valueStart, valueEnd }: Cursor): void {
    const offset = this.#reader.approximateOffset(keyBytes, keyStart, keyEnd);
    if (offset !== this.offset) {
      this.#finish(offset);
      this.offset = offset;
    }
    this.#entries++;
    this.#contents += keyEnd - keyStart + (valueEnd - valueStart);
  }

  /** Ends the last block; `largest` is the last internal key of the table. */
  end(largest: Uint8Array): void {
    // Behind the separator of the last block, which is no longer than its last key.
    const behind = new Uint8Array(largest.length + 1).fill(0xff);
    this.#finish(this.#reader.approximateOffset(behind, 0, behind.length));
  }

  #finish(next: number): void {
    if (this.#entries === 0) return;
    this.#blocks.entries.add(this.#entries);
    this.#blocks.contents.add(this.#contents);
    this.#blocks.stored.add(next - this.offset - BLOCK_TRAILER);
    this.#entries = 0;
    this.#contents = 0;
  }
}

async function readLive(
  context: Context,
  directory: string,
  recovery: Recovery,
): Promise<{ entries: number; bytes: number }> {
  let bytes = 0;
  const entries = await reading(context, directory, recovery, (db) =>
    walk(context, db, {}, { label: 'reading as a reader', prints: false }, ({ key, value }) => {
      bytes += key.length + value.length;
    }),
  );
  return { entries, bytes };
}
