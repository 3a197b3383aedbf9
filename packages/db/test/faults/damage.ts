/** The part `damage`: every byte of every file of small stores, damaged in several ways. */
import { Random } from '@jump/testkit';
import { withAllocationLimit } from '../allocation.ts';
import { type Damage, examine, examineReader, type Outcome } from '../damage-check.ts';
import { type KnownStore, makeStore, STORES } from '../damage-stores.ts';
import { diskOf } from '../disk-files.ts';
import type { Part, Run } from './part.ts';

const SECTOR = 512;
/** Of longer files only so many bytes are damaged, but all of those near their structures. */
const MOST_PLACES = 6000;
/** An examination may ask for so many bytes at once, and take so long. */
const MOST_BYTES = 64 << 20;
const MOST_MS = 500;

/** A disk that differs from the sound one in one thing. */
interface Case {
  readonly what: string;
  readonly changes: Record<string, Uint8Array | undefined>;
  readonly damage: Damage;
}

async function run(run: Run): Promise<void> {
  while (run.more()) {
    const seed = run.nextSeed();
    const random = new Random(seed);
    for (let number = 0; number < STORES; number++) {
      const store = await makeStore(number, random);
      if (!(await damageStore(run, seed, store, random))) return;
    }
    run.mark('rounds');
  }
}

async function damageStore(
  run: Run,
  seed: number,
  store: KnownStore,
  random: Random,
): Promise<boolean> {
  let number = 0;
  for (const one of cases(store, random)) {
    const start = process.cpuUsage();
    try {
      // What a length field asks for is watched in some; that makes all others slower.
      const outcome = await (number++ % 16 === 0
        ? withAllocationLimit(MOST_BYTES, () => examineCase(run, store, one, number))
        : examineCase(run, store, one, number));
      run.mark(outcome);
      const { user, system } = process.cpuUsage(start);
      if (user + system > 1000 * MOST_MS) throw new Error(`took ${user + system} µs`);
    } catch (error) {
      if (error instanceof Error) {
        error.stack = `${store.name}, ${one.what}: ${error.stack}\n${[...store.files.keys()]}`;
      }
      run.found(seed, error);
    }
    run.count();
    if (!run.more()) return false;
  }
  return true;
}

async function examineCase(
  run: Run,
  store: KnownStore,
  { changes, damage }: Case,
  number: number,
): Promise<Outcome> {
  const { outcome, told } = await examine(store, diskOf(store.files, changes), damage);
  // A reader that finds a loss waits and looks again, for the writer may be at it.
  if (number % (told ? 500 : 5) === 0) {
    run.mark('readers');
    examineReader(store, diskOf(store.files, changes), damage);
  }
  return outcome;
}

function* cases(store: KnownStore, random: Random): Generator<Case> {
  for (const [name, bytes] of store.files) {
    if (name === 'LOCK') continue;
    yield* bytesOf(store, name, bytes, random);
    yield* wholesOf(store, name, bytes, random);
  }
  yield* swaps(store);
}

/** Changes and cuts at each byte. */
function* bytesOf(
  store: KnownStore,
  file: string,
  bytes: Uint8Array,
  random: Random,
): Generator<Case> {
  for (const at of positions(store, file, bytes, random)) {
    // The last one makes it zero. Four seeds that follow each other do all four.
    const masks = [0x01, 0x80, 0xff, bytes[at]!];
    const mask = masks[(random.seed + at) % 4]! || 0x20;
    const changed = bytes.slice();
    changed[at] = changed[at]! ^ mask;
    const change = { file, start: at, end: at + 1, cut: false };
    yield { what: `${file} at ${at} ^ ${mask}`, changes: { [file]: changed }, damage: change };
    const damage = { file, start: at, end: bytes.length, cut: true };
    yield { what: `${file} cut to ${at}`, changes: { [file]: bytes.slice(0, at) }, damage };
  }
}

function positions(
  store: KnownStore,
  file: string,
  bytes: Uint8Array,
  random: Random,
): Iterable<number> {
  if (bytes.length <= MOST_PLACES) return bytes.keys();
  const chosen = new Set<number>();
  for (const { log, start, end } of store.records) {
    if (log !== file) continue;
    for (let i = -2; i < 40; i++) for (const at of [start + i, end - i]) chosen.add(at);
  }
  for (let i = -20; i < 20; i++) chosen.add(32_768 + i);
  while (chosen.size < MOST_PLACES / 5) chosen.add(random.integer(0, bytes.length - 1));
  return [...chosen].filter((at) => at >= 0 && at < bytes.length);
}

/** Garbage behind a file, sectors of zeros, the file missing, the file as it was. */
function* wholesOf(
  store: KnownStore,
  file: string,
  bytes: Uint8Array,
  random: Random,
): Generator<Case> {
  const tails = [[0], [0xff], new Array<number>(7).fill(0), new Array<number>(600).fill(0)];
  for (const tail of [...tails, random.bytes(100), bytes.slice(-50), bytes]) {
    const longer = Uint8Array.from([...bytes, ...tail]);
    const damage = { file, start: bytes.length, end: longer.length, cut: false };
    yield { what: `${file} and ${tail.length} bytes`, changes: { [file]: longer }, damage };
  }
  for (let start = 0; start < bytes.length; start += SECTOR) {
    const end = Math.min(bytes.length, start + SECTOR);
    const zeroed = bytes.slice().fill(0, start, end);
    const damage = { file, start, end, cut: false };
    yield { what: `${file}: zeros from ${start}`, changes: { [file]: zeroed }, damage };
  }
  const all = { file, start: 0, end: bytes.length, cut: true };
  yield { what: `${file} missing`, changes: { [file]: undefined }, damage: all };
  const before = store.earlier.get(file);
  if (before === undefined) return;
  const damage = { file, start: before.length, end: bytes.length, cut: true };
  yield { what: `${file} as it was earlier`, changes: { [file]: before }, damage };
}

/** Tables that changed places, or are replaced by older ones. */
function* swaps({ files, earlier }: KnownStore): Generator<Case> {
  const tables = [...files].filter(([name]) => name.endsWith('.ldb'));
  for (const [i, [file, bytes]] of tables.entries()) {
    const damage = { file, start: 0, end: bytes.length, cut: false };
    for (const [other, others] of tables.slice(i + 1)) {
      const changes = { [file]: others, [other]: bytes };
      yield { what: `${file} and ${other} swapped`, changes, damage };
    }
    for (const [name, old] of earlier) {
      if (!name.endsWith('.ldb') || name === file) continue;
      yield { what: `${file} replaced by ${name}`, changes: { [file]: old }, damage };
    }
  }
}

export const damage: Part = {
  name: 'damage',
  cases: 'small stores with one damage, opened, read in all ways, merged, opened again',
  usual: 34_000,
  marks: { refused: 20_000, 'the same': 500, 'a loss that was told': 500, readers: 3000 },
  run,
};
