/** What must be true of the repair of a store whose past is known. */
import { open, type RepairReport, repair, type Vfs } from '@jump/db';
import { FaultVfs } from '@jump/testkit';
import { DIRECTORY, type Files, filesOf, sameFiles } from '../disk-files.ts';
import { checkDirectory } from '../invariants.ts';
import { BATCH, type Damage, type Past } from '../repair-history.ts';

const TARGET = `${DIRECTORY}.repaired`;

/** One repair, and what must be true of it. */
export class RepairCase {
  readonly #past: Past;
  readonly #damage: Damage;
  readonly #disk: Vfs;
  readonly #inPlace: boolean;
  readonly #marks = new Set<string>();

  constructor(past: Past, damage: Damage, disk: Vfs, inPlace: boolean) {
    this.#past = past;
    this.#damage = damage;
    this.#disk = disk;
    this.#inPlace = inPlace;
  }

  /** Repairs and compares; returns what was met. */
  async check(): Promise<Iterable<string>> {
    const before = filesOf(this.#disk);
    if ([...before.keys()].every((name) => name === 'LOCK')) return ['nothing is left'];
    const dry = await this.#dryRun();
    const report = await repair(DIRECTORY, {
      ...this.#options(),
      vfs: this.#disk,
      inPlace: this.#inPlace,
    });
    const found = this.#read();
    if (report.kept !== found.size) fail(`kept ${report.kept}, found ${found.size}`);
    for (const name of ['kept', 'dropped', 'doubtful', 'strategy', 'warnings', 'files'] as const) {
      if (JSON.stringify(dry[name]) === JSON.stringify(report[name])) continue;
      fail(
        `a dry run says ${name} ${JSON.stringify(dry[name])}, not ${JSON.stringify(report[name])}`,
      );
    }
    this.#checkOriginals(before, report);
    this.#compare(found, report);
    return this.#marks;
  }

  #options() {
    const { comparator, ...options } = this.#past.options;
    const { filter, blockSize, memtableSize, tableSize } = options;
    const own = { blockSize, memtableSize, tableSize, filter };
    return comparator === undefined ? own : { ...own, comparator };
  }

  /** On a file system that refuses to be changed. */
  async #dryRun(): Promise<RepairReport> {
    const vfs = new FaultVfs(this.#disk);
    const kinds = ['write', 'sync', 'makeDirectory', 'remove', 'removeDirectory'] as const;
    const more = ['rename', 'link', 'syncDirectory', 'lock'] as const;
    vfs.setFault({ at: 0, sticky: true, kinds: [...kinds, ...more], systemCode: 'EROFS' });
    const before = filesOf(vfs);
    const report = await repair(DIRECTORY, { ...this.#options(), vfs, dryRun: true });
    if (vfs.struck) fail('a dry run writes');
    if (!sameFiles(before, filesOf(vfs))) fail('a dry run changes something');
    return report;
  }

  /** Opens what was made, twice, and reads it in every way. */
  #read(): Map<string, string> {
    const path = this.#inPlace ? DIRECTORY : TARGET;
    const events: string[] = [];
    const onEvent = ({ type }: { type: string }): void => {
      if (type === 'recoveryLoss' || type === 'error') events.push(type);
    };
    const options = { ...this.#past.options, createIfMissing: false, vfs: this.#disk, onEvent };
    const db = open(path, options);
    const found = new Map(db.entries());
    const backwards = [...db.entries({ reverse: true })].reverse();
    if (JSON.stringify(backwards) !== JSON.stringify([...found]))
      fail('backwards is not as forwards');
    for (const [key, value] of found)
      if (db.get(key) !== value) fail(`get ${key} is not as the scan`);
    db.set('more', '1');
    const [first] = found.keys();
    if (first !== undefined) db.set(first, 'newer');
    db.close();
    const again = open(path, options);
    if (again.get('more') !== '1' || [...again.keys()].length !== found.size + 1) fail('writing');
    // Its sequence is higher than any that the old files have.
    if (first !== undefined && again.get(first) !== 'newer') fail('an older version above a newer');
    again.delete('more');
    again.close();
    if (events.length > 0) fail(`opening tells of ${events.join()}`);
    const others = this.#inPlace ? ['lost'] : [];
    checkDirectory(this.#disk, path, this.#past.options.comparator, others);
    return found;
  }

  /** The files that were there are there: in their place, or in `lost`. */
  #checkOriginals(before: Files, { originals }: RepairReport): void {
    const path = this.#inPlace ? `${DIRECTORY}/lost` : DIRECTORY;
    if (originals !== path) fail(`originals are in ${originals}`);
    const after = filesOf(this.#disk, path);
    after.delete('LOCK');
    const wanted = new Map(before);
    wanted.delete('LOCK');
    if (!sameFiles(wanted, after)) fail('the original files are not what they were');
  }

  #compare(found: ReadonlyMap<string, string>, report: RepairReport): void {
    const { expected, ever } = this.#past;
    const { tables, logs, manifest, leftOvers, oneByte } = this.#damage;
    const strange = [...found].filter(([key, value]) => !ever.get(key)?.has(value));
    if (strange.length > 0) fail(`never written: ${strange.join(' ')}`);
    const stale = [...found].filter(([key, value]) => expected.get(key) !== value);
    const lost = [...expected.keys()].filter((key) => !found.has(key));
    const back = stale.filter(([key]) => !expected.has(key));
    const show = `\nstale ${stale.map(([key]) => key)}\nlost ${lost}\n${JSON.stringify(report, null, 1)}`;
    // Whatever is not as it was is told.
    if (stale.length > 0 && report.warnings.length === 0 && !logs) fail(`stale, untold${show}`);
    // That a table is gone which only a lost part of the manifest named, nobody can know.
    const told = report.dropped > 0 || (manifest && report.warnings.length > 0);
    if (lost.length > 0 && !told && !logs) fail(`lost, untold${show}`);
    if (!tables && !logs) {
      if (lost.length > 0) fail(`lost, though no table and no log is damaged${show}`);
      if (back.length !== stale.length) fail(`overwritten, though nothing is damaged${show}`);
      if (stale.length > 0 && !(manifest && leftOvers)) fail(`deleted keys are back${show}`);
      if (report.dropped > 0) fail(`dropped, though nothing is damaged${show}`);
    }
    if (oneByte && this.#past.options.filter !== 'none' && stale.length > 0) {
      fail(`back, though a filter tells${show}`);
    }
    if (logs && !tables && report.strategy === 'manifest') this.#checkBatches(found, show);
    // One byte is in one record, or between two of them.
    if (this.#damage.name === 'a byte of a log' && lost.length + stale.length > 2 * BATCH) {
      fail(`more is lost than a byte can take${show}`);
    }
    this.#mark(report, stale.length, lost.length, back.length);
  }

  /** A batch is there as a whole, but for what later ones have overwritten. */
  #checkBatches(found: ReadonlyMap<string, string>, show: string): void {
    const { batches } = this.#past;
    const placeOf = (value: string): number => Number(value.slice(0, value.indexOf(' ')));
    for (const value of found.values()) {
      const batch = placeOf(value);
      for (const key of batches[batch] ?? []) {
        const other = found.get(key);
        // A key that it deleted, or that was deleted since.
        if (other === undefined || placeOf(other) >= batch) continue;
        fail(`batch ${batch} is there in part: ${key} is of ${placeOf(other)}${show}`);
      }
    }
  }

  #mark(report: RepairReport, stale: number, lost: number, back: number): void {
    const marks = this.#marks;
    marks.add(`strategy ${report.strategy}`);
    if (this.#inPlace) marks.add('in place');
    if (this.#damage.leftOvers) marks.add('left-overs');
    if (report.doubtful > 0) marks.add('doubtful');
    if (stale > back) marks.add('stale');
    const { leftOvers, tables, logs } = this.#damage;
    if (leftOvers && !tables && !logs && report.strategy === 'files') {
      marks.add('left-overs without a manifest');
      if (back > 0) marks.add('left-overs without a manifest, back');
    }
    if (back > 0) marks.add('back');
    if (lost > 0) marks.add('lost');
    for (const { type, state } of report.files) marks.add(`${type} ${state}`);
    if (report.warnings.some((text) => text.includes('not taken for new'))) marks.add('kin');
  }
}

function fail(message: string): never {
  throw new Error(message);
}
