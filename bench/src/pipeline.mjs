/** Writes under way: one chunk is written while the next one is made, never more. */
export class Pipeline {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * Takes a chunk's promises; resolves when the chunk before is done.
   * @param {Promise<unknown>[]} writes
   */
  async add(writes) {
    const before = this.#last;
    this.#last = Promise.all(writes);
    await before;
  }

  /** Resolves when everything is done. */
  async finish() {
    await this.#last;
  }
}
