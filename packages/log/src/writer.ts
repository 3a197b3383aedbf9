/**
 * Writes a log: frames records into a buffer, hands the buffer to the operating system.
 *
 * Every write of the store passes through `append`, so it makes no arrays: header and data go
 * straight to their place in the buffer, and the checksum is taken there.
 *
 * A failed write may have left a part of a record in the file; whatever followed it would be
 * dropped by a reader, as LevelDB loses synced writes after a full disk (google/leveldb#1180). A
 * failed sync may have dropped pages that a second one reports as safe. So the first failure of
 * either is the last thing that a writer does: it is poisoned.
 */
import { copyRange, crc32c, JumpError, maskCrc, writeFixed32 } from '@jump/base';
import type { VfsFile } from '@jump/vfs';
import { BLOCK_LENGTH, FIRST, FULL, HEADER_LENGTH, LAST, MIDDLE } from './format.ts';
import { type LogTarget, resolveTarget } from './target.ts';

/** What {@link LogWriter} can be told. */
export interface LogWriterOptions {
  /**
   * Hand over when this many bytes are buffered; default 0: at every append. `Infinity` leaves it
   * to {@link LogWriter.handOver}, and memory to the caller.
   */
  readonly bufferSize?: number;
}

/**
 * Little: every opening makes a manifest and a log, and most of those of small stores stay small.
 */
const FIRST_CAPACITY = 1 << 12;
/** A record larger than this is handed over in pieces, so that memory does not follow its size. */
const PIECE = 1 << 20;

/** Writes a new log file. Not for appending to an old one: its end may be torn. */
export class LogWriter {
  /** The path of the file. */
  readonly path: string;
  readonly #file: VfsFile;
  readonly #bufferSize: number;
  #buffer: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  #used = 0;
  #handedOver = 0;
  /** Bytes left in the block that is being filled: 1 to BLOCK_LENGTH. */
  #blockLeft = BLOCK_LENGTH;
  #failure: { readonly cause: unknown } | undefined;
  #closed = false;

  /**
   * Creates the file, which must not exist. Its directory entry is not synced: that is the
   * caller's.
   *
   * @throws JUMP_IO with the system code `EEXIST` if it exists
   */
  constructor(target: LogTarget, options: LogWriterOptions = {}) {
    const bufferSize = options.bufferSize ?? 0;
    if (!(bufferSize >= 0))
      throw new RangeError(`bufferSize: 0 or more expected, got ${bufferSize}`);
    const { vfs, path } = resolveTarget(target);
    this.path = path;
    this.#bufferSize = bufferSize;
    this.#file = vfs.open(path, 'create');
  }

  /** Bytes of the log so far, framed, those still in the buffer included. */
  get size(): number {
    return this.#handedOver + this.#used;
  }

  /** Bytes given to the operating system so far: they survive the death of the process. */
  get handedOver(): number {
    return this.#handedOver;
  }

  /** The error that poisoned the writer, if one did. */
  get failure(): unknown {
    return this.#failure?.cause;
  }

  /**
   * Appends `bytes[start, end)` as one record; copied, so the caller may change it afterwards. An
   * empty record is a record.
   *
   * @throws JUMP_POISONED after any failure; JUMP_IO if a hand-over fails
   */
  append(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    if (this.#failure !== undefined || this.#closed) throw this.#refusal();
    if (!(start >= 0 && start <= end && end <= bytes.length)) {
      throw new RangeError(`append: no range [${start}, ${end}) in ${bytes.length} bytes`);
    }
    if (this.#blockLeft >= HEADER_LENGTH + end - start) this.#emit(FULL, bytes, start, end);
    else this.#appendInFragments(bytes, start, end);
    if (this.#used >= this.#bufferSize) this.handOver();
  }

  /**
   * Gives what is buffered to the operating system, in one write.
   *
   * @throws JUMP_IO and poisons if it fails; JUMP_POISONED after any failure
   */
  handOver(): void {
    if (this.#failure !== undefined || this.#closed) throw this.#refusal();
    if (this.#used === 0) return;
    try {
      this.#file.write(this.#buffer, 0, this.#used);
    } catch (error) {
      throw this.#poison(error);
    }
    this.#handedOver += this.#used;
    this.#used = 0;
  }

  /**
   * Hands over, and puts all of the log on stable storage before it returns.
   *
   * @throws as {@link LogWriter.handOver}; whether the bytes are on the disk is then unknown
   */
  sync(): void {
    this.handOver();
    try {
      this.#file.sync();
    } catch (error) {
      throw this.#poison(error);
    }
  }

  /**
   * Hands over now, and resolves when all that was appended before the call is on stable storage.
   * Rejects as {@link LogWriter.sync} throws. The writer must not be closed before it settles.
   */
  async syncAsync(): Promise<void> {
    this.handOver();
    try {
      await this.#file.syncAsync();
    } catch (error) {
      throw this.#poison(error);
    }
    // Another sync may have failed meanwhile and taken this one's pages with it.
    if (this.#failure !== undefined) throw this.#refusal();
  }

  /** Hands over and closes, without a sync; after a failure only closes. Idempotent. */
  close(): void {
    if (this.#closed) return;
    try {
      if (this.#failure === undefined) this.handOver();
    } finally {
      this.#closed = true;
      this.#file.close();
    }
  }

  #appendInFragments(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    let type = FIRST;
    do {
      if (this.#blockLeft < HEADER_LENGTH) this.#padBlock();
      const room = this.#blockLeft - HEADER_LENGTH;
      const last = end - at <= room;
      const next = last ? end : at + room;
      this.#emit(last ? (type === FIRST ? FULL : LAST) : type, bytes, at, next);
      type = MIDDLE;
      at = next;
      if (this.#used >= PIECE && this.#used >= this.#bufferSize) this.handOver();
    } while (at < end);
  }

  /** Writes one fragment, which fits the block, into the buffer. */
  #emit(type: number, bytes: Uint8Array, start: number, end: number): void {
    const at = this.#used;
    const dataStart = at + HEADER_LENGTH;
    const length = end - start;
    const next = dataStart + length;
    if (next > this.#buffer.length) this.#grow(next);
    const buffer = this.#buffer;
    buffer[at + 4] = length;
    buffer[at + 5] = length >>> 8;
    buffer[at + 6] = type;
    copyRange(bytes, start, end, buffer, dataStart);
    writeFixed32(buffer, at, maskCrc(crc32c(buffer, at + 6, next)));
    this.#used = next;
    const left = this.#blockLeft - (next - at);
    this.#blockLeft = left === 0 ? BLOCK_LENGTH : left;
  }

  /** Fills the end of a block that is too short for a header. */
  #padBlock(): void {
    const next = this.#used + this.#blockLeft;
    if (next > this.#buffer.length) this.#grow(next);
    this.#buffer.fill(0, this.#used, next);
    this.#used = next;
    this.#blockLeft = BLOCK_LENGTH;
  }

  #grow(needed: number): void {
    try {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      grown.set(this.#buffer.subarray(0, this.#used));
      this.#buffer = grown;
    } catch (error) {
      // A record may be half framed: the buffer cannot be used any more.
      throw this.#poison(error);
    }
  }

  #poison(cause: unknown): unknown {
    this.#failure ??= { cause };
    return cause;
  }

  #refusal(): JumpError {
    if (this.#closed) return new JumpError('JUMP_CLOSED', 'the log is closed', { file: this.path });
    return new JumpError('JUMP_POISONED', 'nothing is written after a failed write or sync', {
      file: this.path,
      cause: this.#failure?.cause,
    });
  }
}
