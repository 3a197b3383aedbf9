/** The part `fault-sweep`: every call of small histories fails, one a case. */
import { CrashVfs, type Fault, FaultVfs, Random, Schedule } from '@jump/testkit';
import { CHOICES, ImageChecker } from '../crash/image-checker.ts';
import { Workload } from '../crash/workload.ts';
import type { Part, Run } from '../part.ts';
import { DIRECTORY, FaultyHistory } from './faulty-history.ts';

const KINDS = [
  'open',
  'read',
  'write',
  'sync',
  'list',
  'makeDirectory',
  'remove',
  'rename',
  'syncDirectory',
  'lock',
] as const;

/** What is done to the disk in one case. */
interface Trouble {
  readonly fault?: Fault;
  /** Bytes of files that there is room for. */
  readonly capacity?: number;
  /** Whether space returns half way. */
  readonly relieved?: boolean;
}

/** One seed is one history, which lives once for each of its calls. */
export const faultSweep: Part = {
  name: 'fault-sweep',
  cases:
    'a history in which one call of the file system fails, once or for ever, or the disk is full',
  usual: 2500,
  marks: {
    'faults that struck': 1700,
    'stores that were poisoned': 300,
    'stores that went on': 200,
    'disks that were full': 40,
    'syncs that dropped pages': 50,
  },
  async run(run) {
    while (run.more()) await sweep(run, run.nextSeed());
  },
};

async function sweep(run: Run, seed: number): Promise<void> {
  const clean = await live(run, seed, {});
  if (clean === undefined) return;
  for (let at = 0; at < clean.calls && run.more(); at++) {
    await live(run, seed, { fault: drawFault(new Random(seed * 1000 + at), at) });
  }
  for (let i = 0; i < 20 && run.more(); i++) {
    const capacity = Math.floor((clean.most * (i + 0.5)) / 20);
    await live(run, seed, { capacity, relieved: i % 2 === 0 });
  }
}

function drawFault(random: Random, at: number): Fault {
  return {
    at,
    kinds: KINDS,
    systemCode: random.pick(['EIO', 'ENOSPC', 'EMFILE', 'EROFS']),
    sticky: random.chance(0.4),
    shortWrite: random.chance(0.5) ? random.integer(0, 60) : 0,
    dropPages: random.chance(0.5),
  };
}

/** Lives one history; returns how many calls it made and how many bytes it took. */
async function live(
  run: Run,
  seed: number,
  trouble: Trouble,
): Promise<{ calls: number; most: number } | undefined> {
  const random = new Random(seed);
  const schedule = new Schedule(new Random(~seed));
  const workload = new Workload(random);
  const disk = new CrashVfs(new Map(), { mode: workload.mode });
  disk.capacity = trouble.capacity ?? Number.POSITIVE_INFINITY;
  const vfs = new FaultVfs(disk);
  vfs.setFault(trouble.fault);
  let most = 0;
  disk.onOperation = () => {
    most = Math.max(most, disk.used);
  };
  const history = new FaultyHistory({
    disk,
    vfs,
    random,
    schedule,
    workload,
    halfWay: () => {
      if (trouble.relieved === true) disk.capacity = Number.POSITIVE_INFINITY;
    },
  });
  schedule.install();
  try {
    await history.run();
    disk.onOperation = () => {};
    disk.capacity = Number.POSITIVE_INFINITY;
    check(run, disk, history, workload, new Random(seed));
    note(run, vfs, trouble, history);
    return { calls: vfs.operations.filter(({ kind }) => isSwept(kind)).length, most };
  } catch (error) {
    const last = JSON.stringify(
      vfs.operations.at(trouble.fault === undefined ? -1 : whichCall(vfs, trouble.fault.at)),
    );
    const text = error instanceof Error ? error.stack : String(error);
    run.found(
      seed,
      `${JSON.stringify(trouble)}, ${last}: ${text}\n${JSON.stringify(workload.options)}`,
    );
    return undefined;
  } finally {
    schedule.restore();
    run.count();
  }
}

function isSwept(kind: string): boolean {
  return (KINDS as readonly string[]).includes(kind);
}

/** Where in the list of calls the one stands that was chosen. */
function whichCall(vfs: FaultVfs, at: number): number {
  let left = at;
  return vfs.operations.findIndex(({ kind }) => isSwept(kind) && left-- === 0);
}

/** Demands that the trouble was told, and looks at what is on the disk, without any. */
function check(
  run: Run,
  disk: CrashVfs,
  history: FaultyHistory,
  workload: Workload,
  random: Random,
): void {
  const { ledger } = history;
  const { options, keys } = workload;
  const mark = (name: string): void => run.mark(name);
  const checker = new ImageChecker({ directory: DIRECTORY, options, random, keys, mark });
  const verdict = (found: Parameters<typeof ledger.verdict>[0]) =>
    ledger.verdict(found, ledger.acknowledged);
  checker.check(disk, { entries: 'all', bytes: 'all' }, 'all', verdict);
  checker.check(disk, { entries: 'none', bytes: 'none' }, 'none', verdict);
  checker.check(disk, random.pick(CHOICES), 'random', verdict);
}

function note(run: Run, vfs: FaultVfs, { fault, capacity }: Trouble, history: FaultyHistory): void {
  if (fault === undefined && capacity === undefined) return;
  const told = history.told.length > 0;
  if (capacity !== undefined) {
    if (told) run.mark('disks that were full');
    return;
  }
  if (!vfs.struck) return;
  run.mark('faults that struck');
  const call = vfs.operations[whichCall(vfs, fault!.at)]!;
  run.mark(`faults of ${call.kind}`);
  if (call.kind === 'sync' && fault!.dropPages === true) run.mark('syncs that dropped pages');
  run.mark(history.everPoisoned ? 'stores that were poisoned' : 'stores that went on');
  if (told) return;
  // A table that was half written when its store was closed: it goes at the next opening.
  const number = Number(/(\d+)\.ldb$/.exec(call.path)?.[1]);
  if (call.kind === 'remove' && number > 0 && !history.tables.has(number)) return;
  throw new Error(`nobody was told of ${JSON.stringify(call)}`);
}
