/**
 * The part `level-crash`: LevelDB opens what a crash of ours leaves, and JumpDB what one of
 * LevelDB's leaves.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { full, leveled, tiered } from '@jump/compaction';
import { CrashVfs, type DiskImage, type ImageChoice, Random } from '@jump/testkit';
import { type JumpDB, type JumpEvent, type OpenOptions, open } from '../../src/index.ts';
import { Level, showEntry } from '../level.ts';
import { checkPairs, promisedIn } from '../pairs.ts';
import type { Part, Run } from './part.ts';

const STEPS = 60;
/** Of the calls of the file system, after how many an image is kept. */
const SHARE = 0.15;
/** How often LevelDB is stopped in one of its lives. */
const STOPS = 12;

/**
 * What of the unsynced is left, so that LevelDB gives a prefix too: it reads over a hole in a log,
 * where we stop.
 */
const CHOICES: readonly ImageChoice[] = [
  { entries: 'all', bytes: 'all' },
  { entries: 'none', bytes: 'none' },
  { entries: 'all', bytes: 'none' },
  { entries: 'random', bytes: 'none' },
  { entries: 'all', bytes: 'torn' },
];

async function run(run: Run): Promise<void> {
  // In memory, where there is such a place: nothing of this is about the disk.
  const root = fs.mkdtempSync(
    join(fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'jump-level-'),
  );
  const level = new Level();
  try {
    while (run.more()) {
      const seed = run.nextSeed();
      try {
        if (seed % 3 === 0) await stopLevel(run, level, join(root, `level ${seed}`), seed);
        else await ourImages(run, level, root, seed);
      } catch (error) {
        run.found(seed, error);
      }
    }
  } finally {
    level.end();
    fs.rmSync(root, { recursive: true, force: true });
  }
}

/** An image of our disk, and which states it may hold. */
interface Kept {
  readonly image: DiskImage;
  readonly where: string;
  readonly least: number;
  readonly most: number;
}

async function ourImages(run: Run, level: Level, root: string, seed: number): Promise<void> {
  const writer = new OurWriter(new Random(seed));
  await writer.work();
  for (const [i, { image, where, least, most }] of writer.kept.entries()) {
    const directory = join(root, `ours ${seed} ${i}`);
    writeImage(image, directory);
    try {
      await level.open(directory);
      const found = (await level.read()).join('\n');
      await level.close();
      const at = writer.states.lastIndexOf(found, most);
      if (at < least) throw new Error(`LevelDB finds ${at}, ${least} to ${most} allowed`);
      if (i % 4 === 0) reopen(directory, found);
    } catch (error) {
      const files = [...image].map(([path, bytes]) => `${path} ${bytes?.length ?? ''}`);
      throw new Error(`${where}: ${(error as Error).stack}\n${files.join('\n')}`);
    }
    fs.rmSync(directory, { recursive: true });
    run.mark('images of ours that LevelDB opened');
    if (least < most) run.mark('images with unsynced writes');
    run.count();
  }
  run.mark('flushes', writer.flushes);
  run.mark('merges', writer.merges);
}

/** We read on what LevelDB has made of it. */
function reopen(directory: string, expected: string): void {
  const db = open(directory, { background: 'inline' });
  const found = [...db.entries()].map(([key, value]) => showEntry(text(key), text(value)));
  db.close();
  if (found.join('\n') !== expected) throw new Error('we find something else than LevelDB');
}

function writeImage(image: DiskImage, directory: string): void {
  fs.mkdirSync(directory);
  for (const [path, bytes] of image) {
    if (bytes !== undefined) fs.writeFileSync(join(directory, path.replace('/db/', '')), bytes);
  }
}

/** A writer on a simulated disk, of whose images some are kept. */
class OurWriter {
  /** The content after each batch, as LevelDB's process shows it. */
  readonly states: string[] = [''];
  readonly kept: Kept[] = [];
  flushes = 0;
  merges = 0;
  readonly #random: Random;
  readonly #disk = new CrashVfs();
  readonly #model = new Map<string, string>();
  readonly #options: OpenOptions;
  #acknowledged = 0;
  #issued = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#options = {
      memtableSize: random.pick([1024, 4096]),
      tableSize: random.pick([1024, 4096]),
      compression: random.pick(['snappy', 'none']),
      filter: random.pick(['jump', 'leveldb', 'none']),
      compaction: random.pick([
        leveled({ l0Trigger: 2, baseSize: 4096 }),
        tiered(),
        full({ mergeThreshold: 3 }),
      ]),
    };
  }

  async work(): Promise<void> {
    let db = this.#open();
    this.#disk.onOperation = ({ kind, path }) => this.#keep(`after ${kind} ${path}`);
    for (let i = 0; i < STEPS; i++) {
      const draw = this.#random.integer(0, 99);
      if (draw < 65) this.#write(db, this.#random.chance(0.15));
      else if (draw < 85) await new Promise(setImmediate);
      else if (draw < 90) {
        await db.sync();
        this.#acknowledged = this.#issued;
      } else if (draw < 93) await db.flush();
      else if (draw < 94) await db.compact();
      else if (draw < 96) {
        db.close();
        this.#acknowledged = this.#issued;
        db = this.#open();
      }
    }
    this.#disk.onOperation = () => {};
    db.close();
  }

  #open(): JumpDB {
    const onEvent = (event: JumpEvent): void => {
      if (event.type === 'flush') this.flushes++;
      if (event.type === 'compaction') this.merges++;
    };
    return open('/db', { ...this.#options, vfs: this.#disk, onEvent });
  }

  #write(db: JumpDB, sync: boolean): void {
    const random = this.#random;
    const batch = db.batch();
    for (let left = random.integer(1, 4); left > 0; left--) {
      const key = `key${random.integer(0, 30)}`;
      if (random.chance(0.2)) {
        batch.delete(key);
        this.#model.delete(key);
      } else {
        const value = `${this.#issued} ${'v'.repeat(random.skewed(random.chance(0.03) ? 40_000 : 200))}`;
        batch.set(key, value);
        this.#model.set(key, value);
      }
    }
    this.#issued++;
    const sorted = [...this.#model].sort(([a], [b]) => (a < b ? -1 : 1));
    this.states.push(sorted.map(([key, value]) => showEntry(text(key), text(value))).join('\n'));
    batch.write({ sync });
    if (sync) this.#acknowledged = this.#issued;
  }

  #keep(where: string): void {
    if (!this.#random.chance(SHARE)) return;
    const choice = this.#random.pick(CHOICES);
    const image = this.#disk.image(choice, this.#random);
    // Before its CURRENT there is no store, and nothing to be opened.
    if (!image.has('/db/CURRENT')) return;
    this.kept.push({
      image,
      where: `${JSON.stringify(choice)} ${where}, ${JSON.stringify(this.#options)}`,
      least: this.#acknowledged,
      most: this.#issued,
    });
  }
}

/**
 * LevelDB writes, and is stopped at random moments; what its directory holds then is what it would
 * hold had it been killed.
 */
async function stopLevel(run: Run, level: Level, directory: string, seed: number): Promise<void> {
  const random = new Random(seed);
  const promises = `${directory}.promises`;
  await level.open(directory, {
    writeBufferSize: 65_536,
    maxFileSize: 1 << 20,
    blockSize: random.pick([1024, 4096]),
    compression: random.chance(0.5),
  });
  const writing = level.run(promises);
  try {
    for (let stop = 0; stop < STOPS && run.more(); stop++) {
      await sleep(random.integer(1, 25));
      const copy = `${directory} ${stop}`;
      const promised = level.whileStopped(() => {
        fs.cpSync(directory, copy, { recursive: true });
        return promisedIn(promises) ?? 0;
      });
      const db = open(copy, { background: 'inline' });
      const count = checkPairs(db, copy);
      if (count < promised) throw new Error(`${count} batches, ${promised} were promised`);
      if (random.chance(0.3)) await db.compact();
      if (checkPairs(db, copy) !== count) throw new Error('a merge has changed something');
      db.close();
      fs.rmSync(copy, { recursive: true });
      run.mark('stops of LevelDB that we opened');
      run.count();
    }
  } finally {
    await level.stop();
    await writing;
    await level.close();
    fs.rmSync(directory, { recursive: true, force: true });
    fs.rmSync(promises, { force: true });
  }
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export const levelCrash: Part = {
  name: 'level-crash',
  cases: 'a directory in the middle of a crash, ours opened by LevelDB, or its own by us',
  usual: 450,
  marks: {
    'images of ours that LevelDB opened': 250,
    'stops of LevelDB that we opened': 50,
    flushes: 40,
    merges: 20,
  },
  run,
};
