/** Watches a store while it works, and takes note of what its history has met. */
import { tableName } from '@jump/manifest';
import { TableReader } from '@jump/sstable';
import type { CrashOperation, CrashVfs } from '@jump/testkit';
import type { JumpEvent } from '../../../src/index.ts';

interface Table {
  readonly keys: ReadonlySet<string>;
  readonly tombstones: ReadonlySet<string>;
}

/** Sees all events and calls of one history. */
export class Watcher {
  readonly #mark: (name: string, times?: number) => void;
  readonly #directory: string;
  #tables = new Map<number, Table>();

  constructor(directory: string, mark: (name: string, times?: number) => void) {
    this.#directory = directory;
    this.#mark = mark;
  }

  /** Takes note of an event; `snapshots` are held just now. */
  event(event: JumpEvent, disk: CrashVfs, snapshots: number): void {
    switch (event.type) {
      case 'flush':
        this.#mark('flushes');
        this.#tables.set(event.table, this.#read(disk, event.table));
        return;
      case 'compaction':
        if (event.bytesRead === 0) this.#mark('trivial moves');
        else this.#merge(event, disk, snapshots);
        return;
      case 'stall':
        this.#mark('writers that waited');
        return;
      case 'recoveryLoss':
        this.#mark('losses of unsynced ends');
        return;
      default:
    }
  }

  /** Takes note of a call; `opening`: during an opening. */
  operation({ kind, path }: CrashOperation, disk: CrashVfs, opening: boolean): void {
    if (kind !== 'create' || opening) return;
    if (/MANIFEST-\d+$/.test(path)) this.#mark('manifests that grew too long');
    if (!path.endsWith('.log')) return;
    // The log before the last one is still there: its memtable is no table yet.
    const logs = disk.list(this.#directory).filter((name) => name.endsWith('.log'));
    if (logs.length > 1) this.#mark('rotations with a pending flush');
  }

  #merge(
    event: Extract<JumpEvent, { type: 'compaction' }>,
    disk: CrashVfs,
    snapshots: number,
  ): void {
    this.#mark('merges');
    if (event.inputs[0]!.level > 0) this.#mark('merges below level 0');
    if (snapshots > 0) this.#mark('merges under a snapshot');
    const outputs = event.outputs.map((number) => {
      const table = this.#read(disk, number);
      this.#tables.set(number, table);
      return table;
    });
    const inputs = event.inputs.flatMap(({ tables }) =>
      tables.flatMap((number) => this.#tables.get(number) ?? []),
    );
    const gone = inputs.some(({ tombstones }) =>
      [...tombstones].some((key) => !outputs.some(({ keys }) => keys.has(key))),
    );
    if (gone) this.#mark('merges that dropped a tombstone for good');
    if (event.outputs.length > 1) this.#mark('merges with several outputs');
  }

  #read(disk: CrashVfs, number: number): Table {
    const keys = new Set<string>();
    const tombstones = new Set<string>();
    const { onOperation } = disk;
    disk.onOperation = () => {};
    const path = `${this.#directory}/${tableName(number)}`;
    const reader = TableReader.open({ vfs: disk, path }, { keys: 'internal' });
    for (const { userKey, kind } of reader.internalEntries()) {
      const key = Buffer.from(userKey).toString();
      keys.add(key);
      if (kind === 'deletion') tombstones.add(key);
    }
    reader.close();
    disk.onOperation = onOperation;
    return { keys, tombstones };
  }
}
