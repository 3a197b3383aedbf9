/**
 * Writes manifests, in an order of steps that survives a power loss between any two of them. Each
 * step is there for a reason, and a test takes each one away and sees the order fail
 * (google/leveldb#68, #183, #189, #190 tell what happens without them):
 *
 *   a new manifest   write and sync it; sync the directory; write and sync a temporary file with
 *                    its name; rename that to CURRENT; sync the directory
 *   an edit          sync the directory, so that the files which the edit names are in it; write;
 *                    sync
 *
 * The directory comes before the edit's *write*, not only before its sync: the system may put an
 * unsynced edit on the disk at any time.
 */
import { LogWriter } from '@jump/log';
import { joinPath, type Vfs } from '@jump/vfs';
import { writeCurrent } from './current.ts';
import { manifestName } from './file-names.ts';

/** Appends edits to a manifest that was begun by this very writer, never to an older one. */
export class ManifestWriter {
  readonly #vfs: Vfs;
  readonly #directory: string;
  readonly #beforeStep: () => void;
  readonly #sizeLimit: number;
  #log: LogWriter | undefined;
  #limit = 0;

  /** @param beforeStep - called before each append, each new manifest, each change of CURRENT */
  constructor(vfs: Vfs, directory: string, sizeLimit: number, beforeStep: () => void) {
    this.#vfs = vfs;
    this.#directory = directory;
    this.#sizeLimit = sizeLimit;
    this.#beforeStep = beforeStep;
  }

  /** Whether the next edit needs a new manifest: there is none yet, or it has grown too long. */
  get needsNew(): boolean {
    return this.#log === undefined || this.#log.size >= this.#limit;
  }

  /** Makes a manifest of these records and has CURRENT name it, all of it on stable storage. */
  start(number: number, records: readonly Uint8Array[]): void {
    const vfs = this.#vfs;
    this.#beforeStep();
    const path = joinPath(this.#directory, manifestName(number));
    const log = new LogWriter({ vfs, path }, { bufferSize: Number.POSITIVE_INFINITY });
    try {
      for (const record of records) log.append(record);
      log.sync();
      vfs.syncDirectory(this.#directory);
      this.#beforeStep();
      writeCurrent(vfs, this.#directory, number);
      // Where a directory cannot be synced, its names come to the disk with any file's sync.
      if (!vfs.capabilities.directorySync) log.sync();
    } catch (error) {
      log.close();
      throw error;
    }
    const old = this.#log;
    this.#log = log;
    // Twice the first size at least: else a store of many tables would write them all at each edit.
    this.#limit = Math.max(this.#sizeLimit, 2 * log.size);
    old?.close();
  }

  /** Where the manifest is; `undefined` before there is one. */
  get path(): string | undefined {
    return this.#log?.path;
  }

  /**
   * Appends an edit, which is not safe before it is synced; syncs the directory first, unless it is
   * known to be synced.
   */
  append(record: Uint8Array, directorySynced: boolean): void {
    if (!directorySynced) this.#vfs.syncDirectory(this.#directory);
    this.#beforeStep();
    this.#log?.append(record);
    this.#log?.handOver();
  }

  /** Puts all edits on stable storage. */
  sync(): void {
    this.#log?.sync();
  }

  /** Closes the manifest. Idempotent. */
  close(): void {
    this.#log?.close();
  }
}
