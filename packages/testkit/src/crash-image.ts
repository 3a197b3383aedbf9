/** What a power loss may leave of a simulated disk. */
import { joinPath } from '@jump/vfs';
import type { DirectoryNode, FileNode, Node } from './crash-nodes.ts';
import type { Random } from './random.ts';

/**
 * How a file system puts names on the disk.
 *  - `'posix'`: a directory's changes that were not synced are kept or lost one by one, whatever
 *    their order; a file's sync says nothing about its name. The weakest that POSIX allows.
 *  - `'ext4'`: a journal. Changes of all directories are kept up to some moment, and a sync of
 *    anything writes the journal up to now. A file's growth is in the journal too: bytes are there
 *    only with all changes of names that were made before them.
 *  - `'windows'`: the same journal, but a directory cannot be synced, and an open file can be
 *    neither removed nor replaced.
 */
export type CrashMode = 'posix' | 'ext4' | 'windows';

/** What of the unsynced is in an image. */
export interface ImageChoice {
  /** Changes of directories; `'newest'` the last one alone, where the mode lets it come first. */
  readonly entries: 'all' | 'none' | 'newest' | 'random';
  /**
   * Bytes of files:
   *  - `'zeros'`, `'garbage'`: the size, with that in place of the bytes;
   *  - `'torn'`: all but a part of the newest write;
   *  - `'newest'`: the newest write of each file alone, zeros before it;
   *  - `'random'`: of each file one of these, or any prefix, any sectors, any writes.
   */
  readonly bytes: 'all' | 'none' | 'zeros' | 'garbage' | 'torn' | 'newest' | 'random';
}

/**
 * What a disk holds: files and directories (`undefined`) by path. The arrays may be those of the
 * disk itself: they are not to be changed.
 */
export type DiskImage = ReadonlyMap<string, Uint8Array | undefined>;

/** What an image is made of. */
export interface ImageSource {
  readonly root: DirectoryNode;
  readonly mode: CrashMode;
  /** The numbers of the first and the last change of any directory that is not synced. */
  readonly firstChange: number;
  readonly lastChange: number;
  /** The newest write. */
  readonly lastWrite: { readonly file: FileNode; readonly start: number } | undefined;
}

const SECTOR = 512;
const KINDS = ['all', 'none', 'zeros', 'cut', 'cut', 'sectors', 'sectors', 'writes', 'newest'];

/** Makes an image; without `random`, whatever is random is lost. */
export function makeImage(
  source: ImageSource,
  choice: ImageChoice,
  random: Random | undefined,
): DiskImage {
  const image = new Map<string, Uint8Array | undefined>();
  const bytesOfFile = new Map<FileNode, Uint8Array>();
  const cut = source.mode === 'posix' ? undefined : journalEnd(source, choice, random);
  const kept = cut === undefined ? keptChanges(source, choice, random) : isUpTo(cut);
  const visit = (directory: DirectoryNode, path: string): void => {
    for (const [name, node] of entriesOf(directory, kept)) {
      const at = joinPath(path, name);
      if (node.kind === 'directory') {
        image.set(at, undefined);
        visit(node, at);
      } else {
        const bytes = bytesOfFile.get(node) ?? bytesOf(node, source, choice, cut, random);
        bytesOfFile.set(node, bytes);
        image.set(at, bytes);
      }
    }
  };
  visit(source.root, '/');
  return image;
}

/** Makes the rule that says which changes of directories, by number, are in the image. */
function keptChanges(
  { lastChange }: ImageSource,
  { entries }: ImageChoice,
  random: Random | undefined,
): (number: number) => boolean {
  if (entries === 'all') return () => true;
  if (entries === 'none') return () => false;
  if (entries === 'newest') return (number) => number === lastChange;
  const chance = random?.pick([0.2, 0.5, 0.8]) ?? 0;
  return () => random?.chance(chance) ?? false;
}

/** The number of the last change that the journal has. */
function journalEnd(
  { firstChange, lastChange }: ImageSource,
  { entries }: ImageChoice,
  random: Random | undefined,
): number {
  if (entries === 'all') return lastChange;
  if (entries === 'none') return firstChange - 1;
  return random?.integer(firstChange - 1, lastChange) ?? firstChange - 1;
}

function isUpTo(last: number): (number: number) => boolean {
  return (number) => number <= last;
}

function entriesOf(
  directory: DirectoryNode,
  isKept: (number: number) => boolean,
): Map<string, Node> {
  if (directory.changes.length === 0) return directory.entries;
  const kept = new Map(directory.synced);
  for (const { number, apply } of directory.changes) if (isKept(number)) apply(kept);
  return kept;
}

/** @param journal - the last change of names that is there, where growth is in the same journal */
function bytesOf(
  file: FileNode,
  { lastWrite }: ImageSource,
  choice: ImageChoice,
  journal: number | undefined,
  random: Random | undefined,
): Uint8Array {
  const { synced, lost, writes } = file;
  const cut = journal === undefined ? undefined : writes.find(({ after }) => after > journal);
  file.whole ??= file.bytes.subarray(0, file.size);
  const whole = cut === undefined ? file.whole : file.whole.subarray(0, cut.start);
  if (synced >= whole.length && lost.length === 0) return whole;
  const image = unsyncedBytes(file, whole, lastWrite, choice, random);
  if (lost.length === 0) return image;
  const holed = image.slice();
  for (const [start, end] of lost) holed.fill(0, start, Math.min(end, holed.length));
  return holed;
}

function unsyncedBytes(
  file: FileNode,
  whole: Uint8Array,
  lastWrite: ImageSource['lastWrite'],
  { bytes: choice }: ImageChoice,
  random: Random | undefined,
): Uint8Array {
  const { synced } = file;
  const size = whole.length;
  if (synced >= size) return whole;
  const writes = file.writes.map(({ start }) => start).filter((start) => start < size);
  switch (choice === 'random' ? (random?.pick(KINDS) ?? 'none') : choice) {
    case 'none':
      return whole.subarray(0, synced);
    case 'zeros':
      return whole.slice().fill(0, synced);
    case 'garbage':
      return scramble(whole.slice(), synced, size, random);
    case 'cut':
      return whole.subarray(0, random?.integer(synced, size) ?? synced);
    case 'torn': {
      if (lastWrite?.file !== file) return whole;
      const from = Math.min(size, Math.max(synced, lastWrite.start));
      return whole.subarray(0, random?.integer(from, size) ?? from);
    }
    case 'newest':
      return whole.slice().fill(0, synced, writes.at(-1) ?? size);
    case 'sectors':
      return lose(whole.slice(), sectors(synced, size), random);
    case 'writes':
      return lose(whole.slice(), ranges(writes, size), random);
    default:
      return whole;
  }
}

/** Cuts an unsynced range where sectors end. */
function sectors(start: number, end: number): (readonly [number, number])[] {
  const cuts: number[] = [];
  for (let at = start; at < end; at = (Math.floor(at / SECTOR) + 1) * SECTOR) cuts.push(at);
  return ranges(cuts, end);
}

function ranges(starts: readonly number[], end: number): (readonly [number, number])[] {
  return starts.map((start, i) => [start, starts[i + 1] ?? end] as const);
}

/** Leaves some of the ranges, and something else in the others. */
function lose(
  image: Uint8Array,
  parts: readonly (readonly [number, number])[],
  random: Random | undefined,
): Uint8Array {
  const garbage = random?.chance(0.3) ?? false;
  const chance = random?.pick([0.2, 0.5, 0.8]) ?? 1;
  for (const [start, end] of parts) {
    if (!(random?.chance(chance) ?? true)) continue;
    if (garbage) scramble(image, start, end, random);
    else image.fill(0, start, end);
  }
  return image;
}

function scramble(
  image: Uint8Array,
  start: number,
  end: number,
  random: Random | undefined,
): Uint8Array {
  for (let i = start; i < end; i++) image[i] = random?.bits() ?? 0xa5;
  return image;
}
