/** Where the store of a history lies, and how its process or its machine dies. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CrashVfs, type ImageChoice, Random } from '@jump/testkit';
import { nodeVfs } from '@jump/vfs';
import { CountedVfs } from './counted-vfs.ts';
import type { Step } from './history.ts';

/** How a store dies; see {@link Step}. */
export type Death = Extract<Step, { type: 'die' }>;

/** A place for one store. */
export interface Place {
  readonly vfs: CountedVfs;
  readonly directory: string;
  /** Whether what was not synced can be lost. */
  readonly losesPower: boolean;
  /** Goes on with what a death leaves. Whoever had the old `vfs` is dead. */
  die(death: Death): void;
  /** Removes everything. */
  remove(): void;
}

const CHOICES: readonly ImageChoice[] = [
  { entries: 'all', bytes: 'all' },
  { entries: 'none', bytes: 'none' },
  { entries: 'all', bytes: 'zeros' },
  { entries: 'all', bytes: 'torn' },
  { entries: 'random', bytes: 'random' },
  { entries: 'random', bytes: 'random' },
];

/** A simulated disk. */
export class MemoryPlace implements Place {
  readonly directory = '/store';
  readonly losesPower = true;
  #disk = new CrashVfs();
  #vfs = new CountedVfs(this.#disk);

  get vfs(): CountedVfs {
    return this.#vfs;
  }

  die({ how, seed }: Death): void {
    const next = this.#disk.restart();
    if (how === 'handedOver') this.#disk = next;
    else {
      const random = new Random(seed);
      const choice: ImageChoice =
        how === 'synced' ? { entries: 'none', bytes: 'none' } : random.pick(CHOICES);
      this.#disk = new CrashVfs(next.image(choice, random));
    }
    this.#vfs = new CountedVfs(this.#disk);
  }

  remove(): void {}
}

/** The real disk, which loses nothing here. */
export class DiskPlace implements Place {
  readonly losesPower = false;
  readonly #root = mkdtempSync(join(tmpdir(), 'jump-model-'));
  #deaths = 0;
  #vfs = new CountedVfs(nodeVfs);

  get vfs(): CountedVfs {
    return this.#vfs;
  }

  get directory(): string {
    return join(this.#root, `store ${this.#deaths}`);
  }

  die(): void {
    const before = this.directory;
    this.#deaths++;
    cpSync(before, this.directory, { recursive: true });
    this.#vfs = new CountedVfs(nodeVfs);
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}
