/** What a repair found and did: plain objects that survive JSON. */

/** A part of a file that could not be used. */
export interface RepairDamage {
  /** Where it begins. */
  readonly offset: number;
  /** How long it is. */
  readonly bytes: number;
  /** What is wrong with it. */
  readonly reason: string;
}

/** What became of one file. */
export interface RepairedFile {
  /** Its name. */
  readonly name: string;
  /** What it is. */
  readonly type: 'table' | 'log' | 'manifest' | 'current';
  /**
   * `'whole'`: nothing is wrong with it. `'damaged'`: what is whole of it was used. `'unused'`: it is
   * no part of the store, for the `reason` given. `'missing'`: the manifest names it, and it is not
   * there.
   */
  readonly state: 'whole' | 'damaged' | 'unused' | 'missing';
  /** Entries read from it: all versions of all keys, deletions included. */
  readonly entries: number;
  /** Entries that its damage has taken, as far as they can be counted: at least one each. */
  readonly dropped: number;
  /** Where it is damaged, ascending. */
  readonly damage: readonly RepairDamage[];
  /** What else there is to say. */
  readonly reason?: string;
}

/** What a repair has done, or, in a dry run, would do. */
export interface RepairReport {
  /** Keys with a value in the repaired store. */
  readonly kept: number;
  /**
   * Entries that were lost, as far as they can be counted, and keys that were given up as doubtful.
   * 0 if nothing is damaged.
   */
  readonly dropped: number;
  /**
   * Keys given up: whole entries of theirs are there, but something newer was lost with a damaged
   * block, perhaps their deletion. Part of `dropped`.
   */
  readonly doubtful: number;
  /** Every file of the store. */
  readonly files: readonly RepairedFile[];
  /**
   * How it was told which files belong to the store: `'manifest'`, by a manifest that is whole;
   * `'files'`, by the files alone, since there is none: then all count, but those that provably do
   * not, and `warnings` says what that may have brought back.
   */
  readonly strategy: 'manifest' | 'files';
  /** What a person should know, in words. */
  readonly warnings: readonly string[];
  /** Where the repaired store is. */
  readonly directory: string;
  /** Where the files are that it was made of. */
  readonly originals: string;
  /** Whether nothing was written. */
  readonly dryRun: boolean;
}

/** The report of one file, while it is being written. */
export interface FileNotes {
  readonly name: string;
  readonly type: RepairedFile['type'];
  state: RepairedFile['state'];
  entries: number;
  dropped: number;
  damage: RepairDamage[];
  reason?: string;
}

/** Begins the report of a file; as long as nobody says more, nothing is wrong with it. */
export function fileNotes(name: string, type: RepairedFile['type']): FileNotes {
  return { name, type, state: 'whole', entries: 0, dropped: 0, damage: [] };
}

/** Notes that a file is no part of the store: what it holds counts for nothing. */
export function setUnused(notes: FileNotes, reason: string): void {
  notes.state = 'unused';
  notes.dropped = 0;
  notes.reason = notes.reason === undefined ? reason : `${reason}; ${notes.reason}`;
}
