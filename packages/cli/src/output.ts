/**
 * Writing to a stream at the speed of whoever reads it: what is written waits in one buffer, and
 * `flush` resolves when the stream has taken it. A reader that goes away (`| head`) is no error:
 * from then on the output is closed, and whoever fills it should stop.
 */
import type { Writable } from 'node:stream';

const CAPACITY = 1 << 16;

/** A buffered output. */
export class Output {
  readonly #stream: Writable;
  #buffer: Buffer = Buffer.allocUnsafe(CAPACITY);
  #length = 0;
  #failure: Error | undefined;
  readonly #onError = (error: Error): void => {
    this.#failure ??= error;
  };

  /** Writes to `stream`, which is not ended. */
  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', this.#onError);
  }

  /** Whether it is a terminal. */
  get isTerminal(): boolean {
    return (this.#stream as { isTTY?: boolean }).isTTY === true;
  }

  /** Its width in columns; `undefined` if it is no terminal. */
  get columns(): number | undefined {
    return (this.#stream as { columns?: number }).columns;
  }

  /** Whether the reader has gone away. */
  get closed(): boolean {
    return this.#failure !== undefined && codeOf(this.#failure) === 'EPIPE';
  }

  /** Whether it is time to flush. */
  get full(): boolean {
    return this.#length >= CAPACITY;
  }

  /** Adds text. */
  text(text: string): void {
    const most = 3 * text.length;
    this.#reserve(most);
    this.#length += this.#buffer.write(text, this.#length, 'utf8');
  }

  /** Adds a line of text. */
  line(text = ''): void {
    this.text(`${text}\n`);
  }

  /** Adds bytes, as they are. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /**
   * Gives what is buffered to the stream, and waits until it has taken it.
   *
   * @throws what the stream failed with, unless its reader has just gone away
   */
  async flush(): Promise<void> {
    if (this.#length > 0 && this.#failure === undefined) {
      const chunk = this.#buffer.subarray(0, this.#length);
      // A stream may keep what it has taken, to pass it on: it is not written to again.
      this.#buffer = Buffer.allocUnsafe(CAPACITY);
      await new Promise<void>((resolve) => {
        this.#stream.write(chunk, (error) => {
          if (error) this.#onError(error);
          resolve();
        });
      });
    }
    this.#length = 0;
    if (this.#failure !== undefined && !this.closed) throw this.#failure;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

function codeOf(error: Error): string | undefined {
  return (error as { code?: string }).code;
}
