/** Which order a store says it has, for programs that know several. */
import { JumpError } from '@jump/base';
import { LogReader } from '@jump/log';
import { joinPath, type Vfs } from '@jump/vfs';
import { readCurrent } from './current.ts';
import { decodeVersionEdit } from './version-edit.ts';

/**
 * Reads the name of a store's comparator; `undefined` if there is no manifest, or none that says
 * it. What else may be wrong with the manifest, its reader tells.
 *
 * @throws JUMP_IO
 */
export function readComparatorName(vfs: Vfs, directory: string): string | undefined {
  try {
    const current = readCurrent(vfs, directory);
    if (current === undefined) return undefined;
    const path = joinPath(directory, current.name);
    for (const item of LogReader.open({ vfs, path }).items()) {
      if (item.type === 'damage') return undefined;
      const { comparator } = decodeVersionEdit(item.bytes, path, item.start);
      if (comparator !== undefined) return comparator;
    }
  } catch (error) {
    const told = error instanceof JumpError && error.code === 'JUMP_CORRUPTION';
    if (!told) throw error;
  }
  return undefined;
}
