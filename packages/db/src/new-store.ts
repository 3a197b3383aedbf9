/**
 * A directory in which a store is put together that was none before: the target of a checkpoint, of
 * a repair. Locked meanwhile, so that nobody opens it, and taken away again if it does not succeed.
 */
import { JumpError } from '@jump/base';
import { parseFileName } from '@jump/manifest';
import { joinPath, type Vfs, type VfsLock } from '@jump/vfs';
import { LOCK_FILES, makeDirectory, notADirectory } from './directories.ts';

/** A store in the making. */
export class NewStore {
  readonly vfs: Vfs;
  readonly directory: string;
  readonly #lock: VfsLock;
  /** Whether the directory is ours too. */
  readonly #made: boolean;

  private constructor(vfs: Vfs, directory: string, lock: VfsLock, made: boolean) {
    this.vfs = vfs;
    this.directory = directory;
    this.#lock = lock;
    this.#made = made;
  }

  /**
   * Makes the directory, or takes an empty one.
   *
   * @throws JUMP_EXISTS if anything is in it, JUMP_LOCKED if somebody else makes a store there,
   *   JUMP_IO
   */
  static begin(vfs: Vfs, directory: string): NewStore {
    const made = vfs.stat(directory) === undefined;
    if (made) makeDirectory(vfs, directory);
    else checkEmpty(vfs, directory);
    let lock: VfsLock | undefined;
    try {
      lock = vfs.lock(directory);
      // Once more: until now somebody else may have had it.
      checkEmpty(vfs, directory);
      return new NewStore(vfs, directory, lock, made);
    } catch (error) {
      lock?.release();
      // Whoever holds it needs it.
      const held = error instanceof JumpError && error.code === 'JUMP_LOCKED';
      if (made && !held) removeEmpty(vfs, directory);
      throw error;
    }
  }

  /** The path of a file in it. */
  path(name: string): string {
    return joinPath(this.directory, name);
  }

  /** Throws `JUMP_IO` if the directory is not ours any more. */
  check(): void {
    this.#lock.check();
  }

  /** Lets others open it. */
  finish(): void {
    this.#lock.release();
  }

  /**
   * Removes all that was made. What cannot be removed stays: it is no store, as CURRENT comes last.
   */
  abandon(): void {
    const { vfs, directory } = this;
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch {
        // The error that led here is the one to tell.
      }
    };
    const remove = (name: string): void => attempt(() => vfs.remove(this.path(name)));
    attempt(() => {
      // In an empty directory, locked since, every such file is ours.
      const names = vfs.list(directory).filter((name) => parseFileName(name) !== undefined);
      names.sort((a, b) => Number(b === 'CURRENT') - Number(a === 'CURRENT'));
      for (const name of names) if (!LOCK_FILES.includes(name)) remove(name);
    });
    attempt(() => this.#lock.release());
    if (this.#made) removeEmpty(vfs, directory);
    else for (const name of LOCK_FILES) if (vfs.stat(this.path(name)) !== undefined) remove(name);
  }
}

/** Removes a directory that nobody has, with what a lock leaves in it, if nothing else is there. */
function removeEmpty(vfs: Vfs, directory: string): void {
  try {
    const names = vfs.list(directory);
    if (!names.every((name) => LOCK_FILES.includes(name))) return;
    for (const name of names) vfs.remove(joinPath(directory, name));
    vfs.removeDirectory(directory);
  } catch (error) {
    // The error that led here is the one to tell.
    if (!(error instanceof JumpError)) throw error;
  }
}

/** What a lock leaves behind is no reason to refuse: an attempt that was cut short at once. */
function checkEmpty(vfs: Vfs, directory: string): void {
  if (vfs.stat(directory)?.kind !== 'directory') throw notADirectory(directory);
  const found = vfs.list(directory).filter((name) => !LOCK_FILES.includes(name));
  if (found.length === 0) return;
  const message = `the directory is not empty: ${found.slice(0, 3).join(', ')} …`;
  throw new JumpError('JUMP_EXISTS', message, { file: directory });
}
