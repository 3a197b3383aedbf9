/**
 * A file system that can be cut off at any moment, and everything that a disk may then hold.
 *
 * The weakest rules that a file system may follow: a sync of a file keeps its bytes, not its name;
 * a sync of a directory keeps the names in it; what was not synced is on the disk or not, in any
 * combination, writes also in part, or as zeros. (RELIABILITY 2.a; the idea is ALICE's, OSDI 2014.)
 */
import type { Random } from '@jump/testkit';
import { memoryVfs, type Vfs, type VfsFile, type VfsOpenMode } from '@jump/vfs';

interface Inode {
  /** What is certainly on the disk. */
  synced: Uint8Array;
  /** Appended since, one array a write. */
  pending: Uint8Array[];
}

/** A change of names that is not certainly on the disk. */
type NameChange = (names: Map<string, Inode>) => void;

/** How unsynced things fare: names and data separately. */
type Fate = 'lost' | 'kept' | 'random' | 'zeros';

/** The fates that {@link PowerLossDisk.images} tries: data, then names. */
const FATES: readonly (readonly [Fate, Fate])[] = [
  ['lost', 'lost'],
  ['kept', 'kept'],
  ['lost', 'kept'],
  ['zeros', 'kept'],
  ['kept', 'lost'],
  ['random', 'random'],
  ['random', 'random'],
  ['random', 'kept'],
  ['kept', 'random'],
];

/** One directory, `db`, whose calls are watched. */
export class PowerLossDisk {
  /** The file system to work on. */
  readonly vfs: Vfs;
  readonly #memory: Vfs = memoryVfs();
  readonly #live = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  #changes: NameChange[] = [];
  #last = '';
  readonly #skip: (call: string) => boolean;

  /**
   * @param onCall - called after each call that changes something
   * @param skip - which calls are to do nothing: `sync` and a path, `syncDirectory after` and a
   * call
   */
  constructor(onCall: () => void, skip: (call: string) => boolean = () => false) {
    this.#memory.makeDirectory('db');
    this.#skip = skip;
    const afterCall = (call: string) => {
      this.#last = call;
      onCall();
    };
    this.vfs = Object.assign(Object.create(this.#memory) as Vfs, {
      open: (path: string, mode: VfsOpenMode) => this.#open(path, mode, afterCall),
      stat: (path: string) => this.#memory.stat(path),
      list: (path: string) => this.#memory.list(path),
      remove: (path: string) => {
        this.#memory.remove(path);
        this.#change((names) => names.delete(path));
        afterCall('remove');
      },
      rename: (from: string, to: string) => {
        this.#memory.rename(from, to);
        const inode = this.#live.get(from);
        this.#change((names) => {
          if (inode !== undefined) names.set(to, inode);
          names.delete(from);
        });
        afterCall('rename');
      },
      syncDirectory: () => {
        if (this.#skip(`syncDirectory after ${this.#last}`)) return;
        this.#durable = new Map(this.#live);
        this.#changes = [];
        afterCall('syncDirectory');
      },
    });
  }

  /** Makes what the disk may hold if the power goes now. */
  images(random: Random): Vfs[] {
    return FATES.map(([data, names]) => {
      const vfs = memoryVfs();
      vfs.makeDirectory('db');
      const kept = new Map(this.#durable);
      for (const change of this.#changes) {
        if (names === 'kept' || (names === 'random' && random.chance(0.5))) change(kept);
      }
      for (const [path, inode] of kept) {
        const file = vfs.open(path, 'replace');
        const bytes = survivors(inode, data, random);
        file.write(bytes, 0, bytes.length);
        file.close();
      }
      return vfs;
    });
  }

  #change(change: NameChange): void {
    change(this.#live);
    this.#changes.push(change);
  }

  #open(path: string, mode: VfsOpenMode, afterCall: (call: string) => void): VfsFile {
    const file = this.#memory.open(path, mode);
    if (mode === 'read') return file;
    const inode: Inode = { synced: new Uint8Array(), pending: [] };
    this.#change((names) => names.set(path, inode));
    afterCall('open');
    return {
      path,
      read: (...range) => file.read(...range),
      size: () => file.size(),
      write: (source, start, end) => {
        file.write(source, start, end);
        inode.pending.push(source.slice(start, end));
        afterCall('write');
      },
      sync: () => {
        if (this.#skip(`sync ${path}`)) return;
        inode.synced = Buffer.concat([inode.synced, ...inode.pending]);
        inode.pending = [];
        afterCall('sync');
      },
      syncAsync: async () => {},
      close: () => file.close(),
    };
  }
}

/** Sectors here are small, so that an edit spans some. */
const SECTOR = 16;

function survivors(inode: Inode, fate: Fate, random: Random): Uint8Array {
  const { synced, pending } = inode;
  if (fate === 'lost') return synced;
  const added = Buffer.concat(pending);
  if (fate === 'zeros') return Buffer.concat([synced, new Uint8Array(added.length)]);
  if (fate === 'random') {
    for (let at = 0; at < added.length; at += SECTOR) {
      if (random.chance(0.3)) added.fill(0, at, Math.min(at + SECTOR, added.length));
    }
    return Buffer.concat([synced, added.subarray(0, random.integer(0, added.length))]);
  }
  return Buffer.concat([synced, added]);
}
