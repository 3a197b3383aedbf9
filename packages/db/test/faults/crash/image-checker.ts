/**
 * Opens images of a disk that lost power, and demands of each:
 *  - it opens; the state is one that was, between what was promised and what was tried;
 *  - scans, both ways, and single reads agree;
 *  - no file is left that nothing needs, and none open after `close`;
 *  - half of them: a synced write survives the loss of everything else, and changes nothing else;
 *  - the others: opening once more changes nothing.
 * One in twenty loses power again inside recovery, one in forty meets an error of the disk there.
 */
import { crc32c, JumpError } from '@jump/base';
import { CrashVfs, type DiskImage, FaultVfs, type ImageChoice, type Random } from '@jump/testkit';
import { type JumpEvent, type OpenOptions, open } from '../../../src/index.ts';
import { type Contents, makeValue } from './contents.ts';
import { checkFiles, readForwards, readStore, type Store } from './read-store.ts';

/** What all stores of one history have in common. */
export interface Setting {
  readonly directory: string;
  readonly options: OpenOptions<string, Uint8Array>;
  readonly random: Random;
  /** Keys that are looked up one by one, found or not. */
  readonly keys: readonly string[];
  readonly mark: (name: string, times?: number) => void;
}

/** A checkpoint of the store, made or being made. */
export interface Copy {
  readonly directory: string;
  readonly contents: Contents;
  /** Whether it must be there. */
  done: boolean;
}

/** What may be found in an image. */
export type Verdict = (found: Contents) => string | undefined;

/** Choices for images; `'random'` twice as often. */
export const CHOICES: readonly ImageChoice[] = [
  { entries: 'all', bytes: 'all' },
  { entries: 'none', bytes: 'none' },
  { entries: 'all', bytes: 'none' },
  { entries: 'all', bytes: 'zeros' },
  { entries: 'all', bytes: 'garbage' },
  { entries: 'none', bytes: 'all' },
  { entries: 'all', bytes: 'torn' },
  { entries: 'all', bytes: 'newest' },
  { entries: 'newest', bytes: 'all' },
  { entries: 'newest', bytes: 'none' },
  ...new Array<ImageChoice>(14).fill({ entries: 'random', bytes: 'random' }),
];

const MORE = 'more';
const INSIDE = 0.05;
const BROKEN = 0.025;

/** A runtime that cannot make any kernel. */
const NO_KERNEL = {
  Instance: function Instance(): never {
    throw undefined;
  },
};

/** Checks images; equal ones once. */
export class ImageChecker {
  readonly #setting: Setting;
  readonly #checked = new Set<string>();
  /** How many different images were checked. */
  images = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  /**
   * Checks an image; throws what is wrong. `id` tells apart what may be found in it. One in ten is
   * looked at for the copies that are on the same disk.
   */
  check(
    disk: CrashVfs,
    choice: ImageChoice,
    id: string,
    verdict: Verdict,
    copies: readonly Copy[] = [],
  ): void {
    const { random } = this.#setting;
    const image = disk.image(choice, random);
    if (!this.#isNew(image, id)) return;
    const { mode } = disk;
    const { WebAssembly } = globalThis as { WebAssembly?: unknown };
    // The kernel's memory, for each of thousands of stores, takes more time than all the rest.
    if (random.chance(0.95)) Object.assign(globalThis, { WebAssembly: NO_KERNEL });
    try {
      if (random.chance(0.1)) {
        for (const copy of copies) this.#checkCopy(new CrashVfs(image, { mode }), copy);
      }
      if (random.chance(BROKEN)) this.#breakInside(new CrashVfs(image, { mode }), verdict);
      const inside = random.chance(INSIDE);
      this.#checkDisk(new CrashVfs(image, { mode }), verdict, inside ? id : undefined);
    } catch (error) {
      const names = [...image].map(([path, bytes]) => `${path} ${bytes?.length ?? ''}`);
      const text = error instanceof Error ? error.stack : String(error);
      throw new Error(`${JSON.stringify(choice)}: ${text}\n${names.join('\n')}`);
    } finally {
      Object.assign(globalThis, { WebAssembly });
    }
  }

  /** A checkpoint is whole, or no store at all; once it is made, it is there. */
  #checkCopy(disk: CrashVfs, { directory, contents, done }: Copy): void {
    const { options, mark } = this.#setting;
    if (!done && disk.stat(`${directory}/CURRENT`) === undefined) return;
    const db = open<string, Uint8Array>(directory, {
      ...options,
      vfs: disk,
      createIfMissing: false,
    });
    const found = this.#read(db);
    db.close();
    mark('checkpoints looked at');
    if (found.fingerprint === contents.fingerprint) return;
    throw new Error(`the checkpoint ${directory}: ${found.differences(contents)}`);
  }

  #isNew(image: DiskImage, id: string): boolean {
    const all = `${id} ${fingerprint(image)}`;
    if (this.#checked.has(all)) return false;
    this.#checked.add(all);
    this.images++;
    return true;
  }

  /** @param inside - the id of the images to be taken during the opening, if any are */
  #checkDisk(disk: CrashVfs, verdict: Verdict, inside: string | undefined): void {
    const { random, mark } = this.#setting;
    if (inside !== undefined) {
      disk.onOperation = ({ kind, path }) => {
        const choice = random.pick(CHOICES);
        const image = disk.image(choice, random);
        if (!this.#isNew(image, inside)) return;
        mark('images inside recovery');
        const { mode } = disk;
        try {
          this.#checkDisk(new CrashVfs(image, { mode }), verdict, undefined);
        } catch (error) {
          const where = `then ${JSON.stringify(choice)} inside recovery, after ${kind} ${path}`;
          throw new Error(`${where}: ${error instanceof Error ? error.stack : error}`);
        }
      };
    }
    if (this.#liveLogs(disk) > 1) mark('recoveries of several logs');
    const db = this.#open(disk);
    disk.onOperation = () => {};
    const found = this.#read(db);
    const wrong = verdict(found);
    if (wrong !== undefined) throw new Error(wrong);
    const again = random.chance(0.5) ? this.#writeAndLose(disk, db, found) : this.#reopen(disk, db);
    const second = this.#open(again);
    const left = readForwards(second);
    if (left.fingerprint !== found.fingerprint) {
      throw new Error(`the second opening: ${left.differences(found)}`);
    }
    this.#close(again, second);
  }

  /** Makes a synced write, and loses what is not synced. */
  #writeAndLose(disk: CrashVfs, db: Store, found: Contents): CrashVfs {
    const { random } = this.#setting;
    const value = makeValue(0, 0, random.integer(8, 100));
    db.set(MORE, value, { sync: true });
    found.set(MORE, value);
    const choice = random.chance(0.5) ? CHOICES[1]! : random.pick(CHOICES);
    const next = new CrashVfs(disk.image(choice, random), { mode: disk.mode });
    db.close();
    return next;
  }

  #reopen(disk: CrashVfs, db: Store): CrashVfs {
    this.#close(disk, db);
    return disk;
  }

  /** Closes, and demands that nothing is left over. */
  #close(disk: CrashVfs, db: Store): void {
    const { directory } = this.#setting;
    const { levels } = db.stats();
    db.close();
    if (disk.openFiles !== 0) throw new Error(`${disk.openFiles} files are open after close`);
    const tables = levels.reduce((sum, { files }) => sum + files, 0);
    checkFiles(disk, directory, tables, 1);
  }

  /** Opens with an error of the disk on the way: it is told, and nothing is worse afterwards. */
  #breakInside(disk: CrashVfs, verdict: Verdict): void {
    const { random, mark } = this.#setting;
    const vfs = new FaultVfs(disk);
    vfs.setFault({
      at: random.skewed(60),
      kinds: ['open', 'read', 'write', 'sync', 'list', 'remove', 'rename', 'syncDirectory'],
      systemCode: random.pick(['EIO', 'ENOSPC', 'EMFILE', 'EROFS']),
      sticky: random.chance(0.3),
      shortWrite: random.integer(0, 40),
      dropPages: random.chance(0.5),
    });
    let db: Store | undefined;
    let struck = false;
    try {
      db = this.#open(vfs);
      const wrong = verdict(this.#read(db));
      if (wrong !== undefined) throw new Error(wrong);
    } catch (error) {
      const told = error instanceof JumpError && /^JUMP_(IO|POISONED)$/.test(error.code);
      if (!vfs.struck || !told) throw error;
    } finally {
      struck = vfs.struck;
      vfs.setFault(undefined);
      closeAnyway(db);
    }
    if (!struck) return;
    mark('errors inside recovery');
    if (disk.openFiles !== 0) throw new Error('files are left open by an opening that failed');
    const choice = random.pick(CHOICES);
    const next = random.chance(0.5)
      ? disk.restart()
      : new CrashVfs(disk.image(choice, random), { mode: disk.mode });
    try {
      this.#checkDisk(next, verdict, undefined);
    } catch (error) {
      const where = `after an error inside recovery, at ${JSON.stringify(vfs.operations.at(-1))}`;
      throw new Error(`${where}: ${error instanceof Error ? error.stack : error}`);
    }
  }

  #open(vfs: CrashVfs | FaultVfs): Store {
    const { directory, mark, random } = this.#setting;
    let { options } = this.#setting;
    // Most of the time would go into opening few tables again and again.
    if (random.chance(0.95)) options = { ...options, maxOpenFiles: 1000 };
    const onEvent = (event: JumpEvent): void => {
      if (event.type === 'recoveryLoss') mark('losses of unsynced ends');
    };
    return open<string, Uint8Array>(directory, { ...options, vfs, onEvent });
  }

  #read(db: Store): Contents {
    return readStore(db, this.#setting.keys);
  }

  /** How many logs hold something. */
  #liveLogs(disk: CrashVfs): number {
    const { directory } = this.#setting;
    if (disk.stat(directory) === undefined) return 0;
    return disk
      .list(directory)
      .filter((name) => name.endsWith('.log') && disk.stat(`${directory}/${name}`)!.size > 0)
      .length;
  }
}

/** Closes a store that may be poisoned, which its `close` tells. */
function closeAnyway(db: Store | undefined): void {
  try {
    db?.close();
  } catch (error) {
    if (!(error instanceof JumpError)) throw error;
  }
}

const checksums = new WeakMap<Uint8Array, number>();

/** A file's checksum; most are the same arrays from image to image. */
function checksum(bytes: Uint8Array): number {
  let sum = checksums.get(bytes);
  if (sum === undefined) {
    sum = crc32c(bytes, 0, bytes.length);
    checksums.set(bytes, sum);
  }
  return sum;
}

function fingerprint(image: DiskImage): string {
  const parts: string[] = [];
  for (const [path, bytes] of image) {
    parts.push(bytes === undefined ? path : `${path} ${bytes.length} ${checksum(bytes)}`);
  }
  return parts.sort().join(' ');
}
