/**
 * The part `repair`: random stores, damaged in random ways, or of which a file says what is not so
 * (`repair-mutated.ts`), and repaired; or repaired while the power fails (`repair-crash.ts`).
 */
import { Random } from '@jump/testkit';
import { diskOf } from '../disk-files.ts';
import { type Damage, drawByte, drawDamage, makePast, type Past } from '../repair-history.ts';
import type { Part, Run } from './part.ts';
import { RepairCase } from './repair-case.ts';
import { repairCrashed } from './repair-crash.ts';
import { drawStore, repairMutated } from './repair-mutated.ts';

/** Ways to damage one store. */
const DAMAGES = 8;
/** In which files of one store single bytes are changed, one at a time. */
const BYTES = ['ldb', 'ldb', 'ldb', 'log', 'log'] as const;
/** The part of what a crash may leave that is looked at. */
const CRASH_SHARE = 0.015;
/** Ways to make one store lie. */
const MUTATIONS = 3;

async function run(run: Run): Promise<void> {
  while (run.more()) {
    const seed = run.nextSeed();
    const random = new Random(seed);
    try {
      const past = await makePast(random);
      for (let i = 0; i < DAMAGES; i++)
        await repairOnce(past, drawDamage(random, past), random, run);
      for (const kind of BYTES) await repairOnce(past, drawByte(random, past, kind), random, run);
      await crashOnce(past, random, run);
      const store = await drawStore(random);
      for (let i = 0; i < MUTATIONS; i++) {
        run.mark(await repairMutated(store, random));
        run.count();
      }
    } catch (error) {
      run.found(seed, error);
    }
  }
}

/** Repairs with the power failing after each call, or a share of them: `--share 1`. */
async function crashOnce(past: Past, random: Random, run: Run): Promise<void> {
  const { name, changes } = drawDamage(random, past);
  const disk = diskOf(past.files, Object.fromEntries(changes));
  const { comparator, blockSize, tableSize } = past.options;
  const inPlace = random.chance(0.5);
  const own = { blockSize, tableSize, inPlace };
  const options = comparator === undefined ? own : { ...own, comparator };
  const share = Number(run.options.get('share') ?? CRASH_SHARE);
  try {
    const marks = await repairCrashed({ past, disk, options, random, share });
    for (const mark of marks) run.mark(mark);
    run.count(marks.length);
  } catch (error) {
    throw told(error, `${name}, crash${inPlace ? ', in place' : ''}`, past);
  }
}

/** An error that says what it was about. */
function told(error: unknown, what: string, { options }: Past): Error {
  const text = error instanceof Error ? error.stack : String(error);
  return new Error(`${what}: ${text}\n${JSON.stringify(options)}`);
}

async function repairOnce(past: Past, damage: Damage, random: Random, run: Run): Promise<void> {
  const disk = diskOf(past.files, Object.fromEntries(damage.changes));
  const inPlace = random.chance(0.3);
  try {
    const outcome = await new RepairCase(past, damage, disk, inPlace).check();
    run.count();
    for (const mark of outcome) run.mark(mark);
  } catch (error) {
    throw told(error, `${damage.name}${inPlace ? ', in place' : ''}`, past);
  }
}

export const repairPart: Part = {
  name: 'repair',
  cases: 'damaged stores, and what crashes leave of repairs, repaired and compared with their past',
  usual: 800,
  marks: {
    'strategy manifest': 240,
    'strategy files': 50,
    'in place': 80,
    'left-overs': 50,
    'left-overs without a manifest': 2,
    'table damaged': 120,
    'table missing': 10,
    'log damaged': 60,
    kin: 12,
    doubtful: 2,
    lost: 80,
    'crash, no store': 30,
    'crash, new store': 1,
    'crash, not repaired': 30,
    'crash, repaired in place': 5,
    'mutated, repaired': 50,
  },
  run,
};
