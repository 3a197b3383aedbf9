/**
 * The manifest of a store whose files are there before it is one: of a copy, of a repaired store.
 *
 * Tables and log must be on the disk, their directory entries may still be on their way: the
 * directory is synced before CURRENT gets its name. Until then a directory with these files is no
 * store, and opening it is refused; from then on it is all of one.
 */
import type { Vfs } from '@jump/vfs';
import { ManifestWriter } from './manifest-writer.ts';
import { type AddedTable, encodeVersionEdit } from './version-edit.ts';

/** What a store consists of. */
export interface StoreContents {
  /** The name of the comparator. */
  readonly comparator: string;
  /** The live tables. */
  readonly tables: readonly AddedTable[];
  /** The oldest log that has entries which no table has; 0 for none. */
  readonly logNumber: number;
  /** Higher than the number of every file. */
  readonly nextFileNumber: number;
  /** The highest sequence in use. */
  readonly lastSequence: number;
}

/**
 * Writes a manifest, and has CURRENT name it; all of it is on stable storage when this returns.
 * A CURRENT that is there is replaced in one step.
 *
 * @param number - the manifest's own; no file has it
 * @param beforeStep - called before the manifest is written, and before CURRENT changes
 * @throws JUMP_IO; CURRENT is then as it was, or as it was to be
 */
export function writeFirstManifest(
  vfs: Vfs,
  directory: string,
  number: number,
  contents: StoreContents,
  beforeStep: () => void = () => {},
): void {
  const { tables, ...fields } = contents;
  const writer = new ManifestWriter(vfs, directory, Number.POSITIVE_INFINITY, beforeStep);
  // As LevelDB's first edits: an empty one of ours in front tells that the logs are ours too.
  const edit = { ...fields, previousLogNumber: 0, added: tables };
  writer.start(number, [{}, edit].map(encodeVersionEdit));
  writer.close();
}
