/** Files of a store in a second directory: under a second name, or copied. */
import type { Vfs } from '@jump/vfs';
import type { Slices } from './slices.ts';

/** Bytes copied in one go. */
const PORTION = 1 << 20;

/** Copies files from one directory to another; a copy is on stable storage, its name may not be. */
export class FileCopier {
  readonly #from: Vfs;
  readonly #to: Vfs;
  readonly #slices: Slices;
  /** Whether linking is worth a try. */
  #links: boolean;
  #buffer: Uint8Array | undefined;

  /**
   * @param from - where files are read
   * @param links - whether `to` has these files too, by the same paths
   */
  constructor(from: Vfs, to: Vfs, links: boolean, slices: Slices) {
    this.#from = from;
    this.#to = to;
    this.#links = links && to.capabilities.hardLinks;
    this.#slices = slices;
  }

  /**
   * Gives a file that will not change a second name, where the file system can; else copies it.
   *
   * @throws JUMP_IO if neither works
   */
  async linkOrCopy(source: string, target: string): Promise<void> {
    if (this.#links) {
      try {
        this.#to.link(source, target);
        return;
      } catch {
        // Another device, a file system without links, too many of them, somebody else's file: all
        // the same to a copy, which tells what is really wrong, if anything is.
        this.#links = false;
      }
    }
    await this.copy(source, target);
  }

  /** Copies a file, byte for byte. */
  async copy(source: string, target: string): Promise<void> {
    const input = this.#from.open(source, 'read');
    try {
      const output = this.#to.open(target, 'create');
      try {
        this.#buffer ??= new Uint8Array(PORTION);
        const buffer = this.#buffer;
        for (let at = 0; ; ) {
          const count = input.read(buffer, 0, buffer.length, at);
          if (count === 0) break;
          output.write(buffer, 0, count);
          at += count;
          await this.#slices.pause();
        }
        output.sync();
      } finally {
        output.close();
      }
    } finally {
      input.close();
    }
  }
}
