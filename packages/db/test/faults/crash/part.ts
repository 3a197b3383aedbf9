/** The part `crash`: power losses at every call of random histories. */
import { Random, Schedule } from '@jump/testkit';
import { open } from '../../../src/index.ts';
import type { Part, Run } from '../part.ts';
import { CrashHistory } from './history.ts';

const STEPS = 120;

/** See `docs/guide/durability-protocol.md`. `--share 0.1` checks an image after one call in ten. */
export const crash: Part = {
  name: 'crash',
  cases: 'an image of a disk that lost power: opened, compared, written to, opened again',
  usual: 60_000,
  marks: {
    'calls of the file system': 4000,
    histories: 40,
    'rotations with a pending flush': 300,
    // Where pauses do not suffice: after a write of several memtables.
    'writers that waited': 5,
    merges: 200,
    'merges that dropped a tombstone for good': 100,
    'merges under a snapshot': 50,
    'merges below level 0': 20,
    'trivial moves': 60,
    'manifests that grew too long': 10,
    'recoveries of several logs': 5000,
    'records of three blocks and more': 1,
    'losses of unsynced ends': 5000,
    'images inside recovery': 5000,
    'errors inside recovery': 200,
    'power losses lived through': 20,
    'deaths of the process': 20,
    'ranges cleared': 50,
    loads: 20,
    'checkpoints looked at': 30,
    'writes beside a table that is written': 50,
    'disks of the kind posix': 20,
    'disks of the kind ext4': 4,
    'disks of the kind windows': 4,
  },
  async run(run) {
    await startKernels();
    while (run.more()) await history(run);
  },
};

/** Has the kernel started that all stores share: images are mostly checked without one. */
async function startKernels(): Promise<void> {
  const db = open();
  db.set('key', 'value');
  await db.flush();
  await db.compact();
  db.get('key');
  db.close();
}

async function history(run: Run): Promise<void> {
  const seed = run.nextSeed();
  const schedule = new Schedule(new Random(~seed));
  const share = Number(run.options.get('share') ?? 0.8);
  schedule.install();
  let one: CrashHistory | undefined;
  try {
    one = new CrashHistory(seed, schedule, share, (name, times) => run.mark(name, times));
    await one.run(STEPS);
  } catch (error) {
    run.found(seed, error);
  } finally {
    schedule.restore();
  }
  run.count(one?.images ?? 1);
  run.mark('histories');
  run.mark('calls of the file system', one?.calls ?? 0);
}
