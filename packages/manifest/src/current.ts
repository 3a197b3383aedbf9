/**
 * CURRENT, the file that names the manifest: one line, `MANIFEST-000004` and a line feed.
 *
 * Nothing else is accepted. LevelDB follows whatever it says, `../` included, and an empty or
 * zero-filled one is what a power loss leaves of a rename without syncs (google/leveldb#69).
 */
import { corruption, showBytes } from '@jump/base';
import { joinPath, readFile, type Vfs } from '@jump/vfs';
import { currentPath, manifestName, parseFileName, temporaryName } from './file-names.ts';

/** Longer than any name of a manifest. */
const SIZE_LIMIT = 64;

/** The manifest that CURRENT names. */
export interface CurrentManifest {
  /** Its name, as it stands in CURRENT. */
  readonly name: string;
  /** Its number. */
  readonly number: number;
}

/**
 * Reads which manifest is current; `undefined` if there is no CURRENT.
 *
 * @throws JUMP_CORRUPTION if CURRENT holds anything but the name of a manifest and a line feed
 */
export function readCurrent(vfs: Vfs, directory: string): CurrentManifest | undefined {
  const path = currentPath(directory);
  const bytes = readFile(vfs, path, SIZE_LIMIT);
  if (bytes === undefined) return undefined;
  const text = String.fromCharCode(...bytes);
  const match = /^(MANIFEST-\d+)\n$/.exec(text);
  const name = match?.[1];
  const parsed = name === undefined ? undefined : parseFileName(name);
  if (name === undefined || parsed === undefined) {
    const shown = /^[ -~\n]*$/.test(text) ? JSON.stringify(text) : showBytes(bytes);
    throw corruption(
      path,
      undefined,
      `the name of a manifest and a line feed expected, got ${shown}`,
    );
  }
  return { name, number: parsed.number };
}

/**
 * Makes CURRENT name a manifest, in one step that survives a power loss on either side of it. The
 * manifest must have been synced, its directory entry too.
 */
export function writeCurrent(vfs: Vfs, directory: string, number: number): void {
  const temporary = joinPath(directory, temporaryName(number));
  const line = `${manifestName(number)}\n`;
  const bytes = Uint8Array.from(line, (character) => character.charCodeAt(0));
  const file = vfs.open(temporary, 'replace');
  try {
    file.write(bytes, 0, bytes.length);
    file.sync();
  } finally {
    file.close();
  }
  vfs.rename(temporary, currentPath(directory));
  vfs.syncDirectory(directory);
}
