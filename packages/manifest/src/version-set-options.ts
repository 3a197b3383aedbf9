/** What a set of versions is told, and what it gives out on the way. */
import type { Version } from './version.ts';
import type { VersionEdit } from './version-edit.ts';

/** What `VersionSet.create` and `VersionSet.recover` can be told. */
export interface VersionSetOptions {
  /**
   * Called before every step that changes the store on disk: each append to a manifest, the making
   * of a new one, the change of CURRENT. What it throws stops the step; so a lock's `check()` keeps
   * a store from writing into a directory that is no longer its own.
   */
  readonly beforeAppend?: () => void;
  /** Start a new manifest when one is this long, in bytes; default 4 MiB. */
  readonly manifestSize?: number;
  /**
   * Whether `recover` checks that the live tables are there with their right size; default true.
   */
  readonly checkTables?: boolean;
}

/** What one `VersionSet.logAndApply` can be told. */
export interface LogAndApplyOptions {
  /** The directory has been synced since the last file that the edit names was made. */
  readonly directorySynced?: boolean;
}

/** A change that is in the manifest, but not yet current; made by `VersionSet.log`. */
export interface LoggedEdit {
  /** The whole of the edit. */
  readonly edit: Partial<VersionEdit> & {
    /** As in {@link VersionEdit}. */
    readonly logNumber: number;
    /** As in {@link VersionEdit}. */
    readonly previousLogNumber: number;
    /** As in {@link VersionEdit}. */
    readonly lastSequence: number;
  };
  /** The version that it leads to. */
  readonly version: Version;
  /** Whether it is on stable storage already. */
  readonly synced: boolean;
}
