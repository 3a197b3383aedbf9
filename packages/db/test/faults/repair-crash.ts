/** Repairs during which the power fails: what may be on the disk after every call. */
import { open, type RepairOptions, type RepairReport, repair, type Vfs } from '@jump/db';
import { CrashVfs, type DiskImage, type Random } from '@jump/testkit';
import { DIRECTORY, diskOf, type Files, filesOf, sameFiles } from '../disk-files.ts';
import type { Past } from '../repair-history.ts';

const TARGET = `${DIRECTORY}.repaired`;
const LOST = `${DIRECTORY}/lost`;

/** What a disk that loses power may keep of what was not synced. */
const CHOICES = [
  { entries: 'all', bytes: 'all' },
  { entries: 'none', bytes: 'none' },
  { entries: 'all', bytes: 'none' },
  { entries: 'all', bytes: 'zeros' },
  { entries: 'random', bytes: 'random' },
  { entries: 'random', bytes: 'random' },
] as const;

/** A repair, and how it is asked for. */
export interface CrashedRepair {
  readonly past: Past;
  /** The damaged store. */
  readonly disk: Vfs;
  readonly options: RepairOptions;
  readonly random: Random;
  /** The part of all images that is looked at. */
  readonly share: number;
}

/** Repairs, and looks at what the power would have left; returns what was met, image by image. */
export async function repairCrashed(given: CrashedRepair): Promise<string[]> {
  const { past, disk, options, random, share } = given;
  const before = filesOf(disk);
  before.delete('LOCK');
  const path = options.inPlace === true ? DIRECTORY : TARGET;
  const first = diskOf(before);
  const report = await repair(DIRECTORY, { ...options, vfs: first });
  const result = read(first, path, past);
  const images: DiskImage[] = [];
  const crash = new CrashVfs(imageOf(before));
  let ending = false;
  crash.onOperation = ({ kind }) => {
    // Few calls, in whose order all lies.
    ending ||= kind === 'rename' || kind === 'remove';
    const chance = ending ? 4 * share : share;
    for (const choice of CHOICES) {
      if (random.chance(chance)) images.push(crash.image(choice, random));
    }
  };
  await repair(DIRECTORY, { ...options, vfs: crash });
  crash.onOperation = () => {};
  const marks: string[] = [];
  for (const image of images) {
    const after: Crashed = { past, before, result, report, options, disk: new CrashVfs(image) };
    marks.push(options.inPlace === true ? await checkInPlace(after) : await checkNew(after));
  }
  return marks;
}

/** What a crash has left. */
interface Crashed {
  readonly past: Past;
  readonly disk: Vfs;
  readonly options: RepairOptions;
  /** The damaged store, as it was. */
  readonly before: Files;
  /** What the repaired store holds. */
  readonly result: string;
  readonly report: RepairReport;
}

/** The old directory is as it was; the new one is whole, or no store. */
async function checkNew({ past, disk, before, result }: Crashed): Promise<string> {
  const after = filesIn(disk, DIRECTORY);
  after.delete('LOCK');
  if (!sameFiles(after, before)) fail('the damaged store is not what it was');
  if (disk.stat(`${TARGET}/CURRENT`) === undefined) {
    const refused = refusal(() => read(disk, TARGET, past));
    if (!/no store is there|no CURRENT/.test(refused)) fail(`no store is opened: ${refused}`);
    return 'crash, no store';
  }
  if (read(disk, TARGET, past) !== result) fail('a store that is not whole');
  return 'crash, new store';
}

/** Whatever is there can be repaired again, with the same result; no old file is lost. */
async function checkInPlace(crashed: Crashed): Promise<string> {
  const { past, disk, options, before, result } = crashed;
  const current = (files: Files): string => Buffer.from(files.get('CURRENT') ?? []).toString();
  const [own, lost] = [filesIn(disk, DIRECTORY), filesIn(disk, LOST)];
  const committed = current(own) !== current(before);
  for (const [name, bytes] of before) {
    const found = [own.get(name), lost.get(name)];
    const there = found.some((one) => one !== undefined && Buffer.compare(one, bytes) === 0);
    if (!there) fail(`${name} is gone`);
    if (!committed && found[0] === undefined) fail(`${name} goes before CURRENT names others`);
  }
  const report = await repair(DIRECTORY, { ...options, inPlace: false, vfs: disk, into: 'again' });
  const again = read(disk, 'again', past);
  if (again !== result) {
    const show = JSON.stringify([crashed.report, report], null, 1);
    fail(`repaired again, with another result:\n${again}\n${result}\n${show}`);
  }
  if (!committed) return 'crash, not repaired';
  if (!sameFiles(lost, before)) fail('not all old files are in lost');
  if (read(disk, DIRECTORY, past) !== result) fail('repaired, with another result');
  return 'crash, repaired in place';
}

function read(vfs: Vfs, path: string, { options }: Past): string {
  const db = open(path, { ...options, vfs, createIfMissing: false });
  const found = JSON.stringify([...db.entries()]);
  db.close();
  return found;
}

function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return String(error);
  }
  return 'not refused';
}

/** The files of a directory that may hold others, or not be there. */
export function filesIn(vfs: Vfs, path: string): Files {
  const files: Files = new Map();
  for (const name of vfs.stat(path) === undefined ? [] : vfs.list(path)) {
    if (vfs.stat(`${path}/${name}`)?.kind !== 'file') continue;
    const file = vfs.open(`${path}/${name}`, 'read');
    const bytes = new Uint8Array(file.size());
    file.read(bytes, 0, bytes.length, 0);
    file.close();
    files.set(name, bytes);
  }
  return files;
}

function imageOf(files: Files): DiskImage {
  const root: [string, Uint8Array | undefined] = [`/${DIRECTORY}`, undefined];
  return new Map([
    root,
    ...[...files].map(([name, bytes]) => [`/${DIRECTORY}/${name}`, bytes] as const),
  ]);
}

function fail(message: string): never {
  throw new Error(message);
}
