/** Errors as Level's users know them: with Level's codes, and ours as the cause. */
import { JumpError } from '@jump/db';

/** Level's code for each of ours. */
const CODES: Readonly<Record<string, string>> = {
  JUMP_LOCKED: 'LEVEL_LOCKED',
  JUMP_CORRUPTION: 'LEVEL_CORRUPTION',
  JUMP_IO: 'LEVEL_IO_ERROR',
  JUMP_POISONED: 'LEVEL_IO_ERROR',
  JUMP_CLOSED: 'LEVEL_DATABASE_NOT_OPEN',
  JUMP_READ_ONLY: 'LEVEL_READONLY',
  JUMP_NOT_FOUND: 'LEVEL_NOT_FOUND',
  JUMP_EXISTS: 'LEVEL_EXISTS',
  JUMP_UNSUPPORTED: 'LEVEL_NOT_SUPPORTED',
};

/** An error with one of Level's codes; `cause` is the store's own, which names file and offset. */
export class LevelError extends Error {
  /** `LevelError`, or `AbortError`. */
  override readonly name: string = 'LevelError';
  /** For example `LEVEL_LOCKED`. */
  readonly code: string;

  /** Errors are made by the store. @internal */
  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Turns an error of the store's into one of Level's; leaves others as they are. */
export function levelError(error: unknown): unknown {
  if (!(error instanceof JumpError)) return error;
  return new LevelError(CODES[error.code] ?? error.code, messageOf(error), error);
}

/** Programs look for LevelDB's words. */
function messageOf({ code, message }: JumpError): string {
  if (code === 'JUMP_NOT_FOUND') return `${message} (does not exist, createIfMissing is false)`;
  if (code === 'JUMP_EXISTS') return `${message} (exists, errorIfExists is true)`;
  return message;
}

/** What a read is rejected with whose signal was aborted. */
export function abortError(cause: unknown): Error {
  const error = new LevelError('LEVEL_ABORTED', 'Operation has been aborted', cause);
  return Object.defineProperty(error, 'name', { value: 'AbortError' });
}

/** Does something with the store; what it throws is one of Level's errors. */
export function withLevelErrors<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw levelError(error);
  }
}
