/** How the implementations word their failures; not public. */

import { JumpError } from '@jump/base';

/**
 * What the operating system's codes mean, for the implementations that have no operating system.
 */
const MEANINGS: Readonly<Record<string, string>> = {
  EBADF: 'not open for writing',
  EEXIST: 'already exists',
  EINVAL: 'not a regular file',
  EISDIR: 'is a directory',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  EPERM: 'operation not permitted',
};

/** Makes a `JUMP_IO` error in the words of the operating system, for a failure that we found. */
export function ioError(systemCode: string, action: string, file: string): JumpError {
  const meaning = MEANINGS[systemCode] ?? 'failed';
  return new JumpError('JUMP_IO', `${action}: ${systemCode}: ${meaning}`, { file, systemCode });
}

/** Makes the error for the use of a closed file. */
export function closedError(file: string): JumpError {
  return new JumpError('JUMP_CLOSED', 'the file is closed', { file });
}

/** Makes the error of a lock's check. */
export function lockLost(file: string): JumpError {
  const message = 'the directory or its lock was removed or replaced while it was locked';
  return new JumpError('JUMP_IO', message, { file });
}

/** Throws unless `[start, end)` lies in an array of `size` bytes: the caller's mistake. */
export function checkRange(start: number, end: number, size: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= size)
    return;
  throw new RangeError(`bytes [${start}, ${end}) are not inside an array of ${size} bytes`);
}

/** Throws unless `position` is a place that a file can have. Node takes -1 for "wherever we are". */
export function checkPosition(position: number): void {
  if (Number.isSafeInteger(position) && position >= 0) return;
  throw new RangeError(`${position} is not a position in a file`);
}
