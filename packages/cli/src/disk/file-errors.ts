/** Files that are no part of a store, in the words that a store uses for its own. */
import { open as openFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { JumpError } from '@jump/db';

/**
 * Makes an error that names the file of one that Node threw; other errors stay what they are.
 *
 * @param action - what failed: "cannot be read"
 */
export function fileError(cause: unknown, file: string, action: string): unknown {
  const { code: systemCode, syscall } = (cause ?? {}) as { code?: unknown; syscall?: unknown };
  if (typeof systemCode !== 'string' || typeof syscall !== 'string') return cause;
  // Node says "EACCES: permission denied, open '/path'"; the path is said already.
  const [reason = systemCode] = (cause as Error).message.split(`, ${syscall}`);
  return new JumpError('JUMP_IO', `${action}: ${reason}`, { file, systemCode, cause });
}

/** A file that is read. */
export interface SourceFile {
  readonly size: number;
  /** Reads it from its beginning; its end, or its being destroyed, closes the file. */
  readonly stream: Readable;
}

/** Opens a file to read all of it. @throws JUMP_NOT_FOUND, JUMP_IO */
export async function openSource(path: string): Promise<SourceFile> {
  try {
    const handle = await openFile(path);
    const found = await handle.stat();
    if (found.isDirectory()) {
      await handle.close();
      throw new JumpError('JUMP_IO', 'is a directory', { file: path, systemCode: 'EISDIR' });
    }
    return { size: found.size, stream: handle.createReadStream() };
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') {
      throw new JumpError('JUMP_NOT_FOUND', 'is not there', { file: path, cause: error });
    }
    throw fileError(error, path, 'cannot be read');
  }
}
