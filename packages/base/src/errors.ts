/**
 * The one error class for what the world does wrong; a caller's mistake is a built-in `TypeError`
 * or `RangeError` instead.
 */

/** Stable codes of {@link JumpError}; programs may branch on them, messages may change. */
export type JumpErrorCode =
  | 'JUMP_CORRUPTION'
  | 'JUMP_LOCKED'
  | 'JUMP_CLOSED'
  | 'JUMP_POISONED'
  | 'JUMP_IO'
  | 'JUMP_NOT_FOUND'
  | 'JUMP_EXISTS'
  | 'JUMP_READ_ONLY'
  | 'JUMP_UNSUPPORTED';

/** What {@link JumpError} can say beside its message. */
export interface JumpErrorDetails {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** The file concerned; it is put in front of the message. */
  readonly file?: string | undefined;
  /** Byte offset in that file; it is put in front of the message. */
  readonly offset?: number | undefined;
  /** The operating system's code, such as `ENOSPC`, where there was one. */
  readonly systemCode?: string | undefined;
}

/** Reports a failure of the world: damaged files, a failed disk, a store in use or closed. */
export class JumpError extends Error {
  /** Always `JumpError`. */
  override readonly name = 'JumpError';
  /** What happened, stable across versions. */
  readonly code: JumpErrorCode;
  /** The file concerned, if any. */
  readonly file: string | undefined;
  /** Byte offset in {@link JumpError.file}, if known. */
  readonly offset: number | undefined;
  /** The operating system's code, such as `ENOSPC`, if any. */
  readonly systemCode: string | undefined;

  /** Makes an error whose message starts with file and offset where they are given. */
  constructor(code: JumpErrorCode, message: string, details: JumpErrorDetails = {}) {
    const { file, offset, cause } = details;
    super(placeOf(file, offset) + message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.file = file;
    this.offset = offset;
    this.systemCode = details.systemCode;
  }
}

/** What a message begins with. */
function placeOf(file: string | undefined, offset: number | undefined): string {
  if (file === undefined) return '';
  return `${file}${offset === undefined ? '' : ` at offset ${offset}`}: `;
}

/** Says what an error says, without the file and offset that it begins with. */
export function reasonOf({ message, file, offset }: JumpError): string {
  const place = placeOf(file, offset);
  return message.startsWith(place) ? message.slice(place.length) : message;
}

/** Makes the error for damaged bytes in `file` at `offset`. */
export function corruption(file: string, offset: number | undefined, message: string): JumpError {
  return new JumpError('JUMP_CORRUPTION', message, { file, offset });
}

/** Throws when `condition` is false: a bug of ours, never an input's fault. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
