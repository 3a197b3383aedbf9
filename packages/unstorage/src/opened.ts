/** The store behind a driver: opened when it is first needed, and seen as text and as bytes. */
import { type JumpDB, JumpError, open } from '@jump/db';
import type { Settings } from './options.ts';

/** Opens a store once, and lets go of it. */
export class Opened {
  readonly #settings: Settings;
  #text: JumpDB | undefined;
  #bytes: JumpDB<string, Uint8Array> | undefined;
  #closed = false;
  #handedOver: Promise<void> | undefined;

  /** Nothing is opened yet. */
  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** The store, values as text. For writing: what is no UTF-8 cannot be read like this. */
  get text(): JumpDB {
    if (this.#closed) throw new JumpError('JUMP_CLOSED', 'the driver is disposed');
    const { source, jump } = this.#settings;
    this.#text ??= (typeof source === 'string' ? open(source, jump) : source).withEncodings();
    return this.#text;
  }

  /** The store, values as bytes. */
  get bytes(): JumpDB<string, Uint8Array> {
    if (this.#bytes === undefined || this.#closed) {
      this.#bytes = this.text.withEncodings<string, Uint8Array>({ valueEncoding: 'bytes' });
    }
    return this.#bytes;
  }

  /** Resolves when the writes of this moment are with the system, or on the disk. */
  written(): Promise<void> {
    const store = this.text;
    if (this.#settings.sync) return store.sync();
    this.#handedOver ??= Promise.resolve().then(() => {
      this.#handedOver = undefined;
      store.handOver();
    });
    return this.#handedOver;
  }

  /** Closes what it has opened, when everything written is handed over. Twice is once. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handedOver?.catch(() => undefined);
    if (typeof this.#settings.source === 'string') this.#text?.close();
  }
}
