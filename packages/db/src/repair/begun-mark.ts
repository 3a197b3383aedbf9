/**
 * The mark of a repair in place that has begun: a file whose number says that this one and all
 * higher ones are its outputs, and no part of the store before CURRENT names their manifest.
 *
 * It is on the disk before the first output is, and gone before the first old file goes: as long as
 * it is there, so are they. Its name is that of a file on its way to be another one, which JumpDB
 * and LevelDB remove when they open the directory.
 */
import { JumpError } from '@jump/base';
import { temporaryName } from '@jump/manifest';
import { joinPath, readFile, type Vfs } from '@jump/vfs';

const CONTENTS: Uint8Array = /* @__PURE__ */ new TextEncoder().encode('JumpDB repair\n');

/** Writes the mark of a repair whose outputs have this number or higher ones; returns its path. */
export function writeBegunMark(vfs: Vfs, directory: string, number: number): string {
  const path = joinPath(directory, temporaryName(number));
  const file = vfs.open(path, 'create');
  try {
    file.write(CONTENTS, 0, CONTENTS.length);
    file.sync();
  } finally {
    file.close();
  }
  vfs.syncDirectory(directory);
  return path;
}

/** Whether a file is such a mark. @throws JUMP_IO */
export function isBegunMark(vfs: Vfs, path: string): boolean {
  if (vfs.stat(path)?.size !== CONTENTS.length) return false;
  try {
    const contents = readFile(vfs, path, CONTENTS.length);
    return contents?.every((byte, i) => byte === CONTENTS[i]) === true;
  } catch (error) {
    if (error instanceof JumpError && error.code === 'JUMP_CORRUPTION') return false;
    throw error;
  }
}
