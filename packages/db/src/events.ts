/** What a store tells about its background life. */

/** A memtable has become a table. */
export interface FlushEvent {
  /** Tells the kinds of events apart. */
  readonly type: 'flush';
  /** Number of the table made; its file is that number with `.ldb`. */
  readonly table: number;
  /** Entries written, deletions included. */
  readonly entries: number;
  /** Size of the table in bytes. */
  readonly bytes: number;
  /** Who did it. */
  readonly executor: 'worker' | 'inline';
}

/** Tables were merged, or moved to a deeper level. */
export interface CompactionEvent {
  /** Tells the kinds of events apart. */
  readonly type: 'compaction';
  /** Why, in words. */
  readonly reason: string;
  /** The tables that went in, by level. */
  readonly inputs: readonly {
    /** The level. */
    readonly level: number;
    /** The numbers of its tables. */
    readonly tables: readonly number[];
  }[];
  /** The level that they went to. */
  readonly outputLevel: number;
  /** The tables that came out. */
  readonly outputs: readonly number[];
  /** Bytes read. */
  readonly bytesRead: number;
  /** Bytes written. */
  readonly bytesWritten: number;
  /** Who did it. */
  readonly executor: 'worker' | 'inline';
}

/** A writer had to wait for background work. */
export interface StallEvent {
  /** Tells the kinds of events apart. */
  readonly type: 'stall';
  /** What it waited for. */
  readonly reason: 'memtable' | 'level0';
  /** How long, in milliseconds. */
  readonly ms: number;
}

/** Something failed in the background. */
export interface ErrorEvent {
  /** Tells the kinds of events apart. */
  readonly type: 'error';
  /** The error's code, where it has one. */
  readonly code: string;
  /** The error's message. */
  readonly message: string;
  /** Whether nothing more can be written until the store is opened again. */
  readonly poisoned: boolean;
}

/** Recovery dropped the end of a log: legal after a power loss, and only of what was not synced. */
export interface RecoveryLossEvent {
  /** Tells the kinds of events apart. */
  readonly type: 'recoveryLoss';
  /** The file. */
  readonly file: string;
  /** Where the dropped part begins. */
  readonly offset: number;
  /** How many bytes were dropped. */
  readonly bytes: number;
}

/** Everything that `onEvent` is called with: plain objects that survive JSON. */
export type JumpEvent = FlushEvent | CompactionEvent | StallEvent | ErrorEvent | RecoveryLossEvent;

/** Calls a listener; what it throws becomes an uncaught exception, and harms no work under way. */
export function tell(listener: ((event: JumpEvent) => void) | undefined, event: JumpEvent): void {
  if (listener === undefined) return;
  try {
    listener(event);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
