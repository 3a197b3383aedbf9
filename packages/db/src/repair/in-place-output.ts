/** Repairing a store where it is, and keeping what it was made of. */
import { JumpError } from '@jump/base';
import { parseFileName } from '@jump/manifest';
import { joinPath, type Vfs, type VfsLock } from '@jump/vfs';
import { FileCopier } from '../copy-file.ts';
import { writeBegunMark } from './begun-mark.ts';
import { type OutputOptions, StoreOutput } from './output.ts';
import type { StoreFiles } from './store-files.ts';

/** Where LevelDB's repair puts what it has replaced, too. */
const LOST = 'lost';

/** What a repair in place works on. */
export interface InPlaceParts {
  /** Where files are read: one that gets over sectors that cannot be read. */
  readonly reading: Vfs;
  readonly vfs: Vfs;
  readonly directory: string;
  readonly lock: VfsLock;
  readonly files: StoreFiles;
  /** Higher than every number in use. */
  readonly nextNumber: number;
}

/** Writes into the directory of the damaged store. */
export class InPlaceOutput extends StoreOutput {
  /** Where the old files are kept: `lost`, or, if that is taken, `lost.2` and so on. */
  readonly originals: string;
  readonly #parts: InPlaceParts;
  readonly #archived: string[] = [];
  readonly #mark: string;
  #made = false;

  /** Begins; from here on the directory says that it has begun. */
  constructor(parts: InPlaceParts, options: OutputOptions) {
    super(parts.vfs, parts.directory, parts.nextNumber, options);
    const { vfs, directory, nextNumber } = parts;
    this.#parts = parts;
    this.originals = freeName(vfs, joinPath(directory, LOST));
    this.#mark = writeBegunMark(vfs, directory, nextNumber);
  }

  protected check(): void {
    this.#parts.lock.check();
  }

  /** Gives every old file a second name, on the disk before the first one can go. */
  protected async beforeCommit(): Promise<void> {
    const { vfs, reading, directory, files } = this.#parts;
    const copier = new FileCopier(reading, vfs, true, this.options.slices);
    this.#made = vfs.stat(this.originals) === undefined;
    vfs.makeDirectory(this.originals);
    for (const name of files.names) {
      const path = joinPath(this.originals, name);
      await copier.linkOrCopy(joinPath(directory, name), path);
      this.#archived.push(path);
    }
    vfs.syncDirectory(this.originals);
    vfs.syncDirectory(directory);
  }

  protected afterCommit(): void {
    const { vfs, directory, files } = this.#parts;
    const old = files.names.filter((name) => name !== 'CURRENT');
    const isTemporary = (name: string): boolean => parseFileName(name)?.type === 'temp';
    // What cannot be removed is removed at the next opening.
    attempt(() => {
      vfs.remove(this.#mark);
      for (const name of old.filter(isTemporary)) vfs.remove(joinPath(directory, name));
      vfs.syncDirectory(directory);
      for (const name of old.filter((one) => !isTemporary(one))) {
        attempt(() => vfs.remove(joinPath(directory, name)));
      }
      vfs.syncDirectory(directory);
    });
  }

  /** Of no use to anybody without a repaired store. */
  protected undo(): void {
    for (const path of this.#archived) attempt(() => this.vfs.remove(path));
    if (this.#made) attempt(() => this.vfs.removeDirectory(this.originals));
    attempt(() => this.vfs.remove(this.#mark));
  }
}

/** Does what may fail without harm. */
function attempt(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof JumpError)) throw error;
  }
}

/** The first of `lost`, `lost.2`, `lost.3`, … that nobody has. */
function freeName(vfs: Vfs, path: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? path : `${path}.${number}`;
    const found = vfs.stat(name);
    const free = found === undefined || (found.kind === 'directory' && vfs.list(name).length === 0);
    if (free) return name;
  }
}
