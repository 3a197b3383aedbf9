// Goal:   a repair that the disk or a bad sector ends leaves the damaged store as it was, and no
//         store that is not whole.
// Method: random damaged stores (repair-history.ts); each call failing once, sectors that cannot be
//         read, a file system that is read-only. Power that fails: faults/repair-crash.ts.
import { JumpError, open, type RepairOptions, repair, type Vfs } from '@jump/db';
import { FaultVfs, Random } from '@jump/testkit';
import { expect, test, vi } from 'vitest';
import { DIRECTORY, diskOf, filesOf, nameOf } from './disk-files.ts';
import { filesIn } from './faults/repair-crash.ts';
import { type Damage, drawDamage, makePast, type Past } from './repair-history.ts';

vi.setConfig({ testTimeout: 1e7 });

const TARGET = `${DIRECTORY}.repaired`;
const TRIES = 10_000;

/** Draws pasts until there is one with damage that is wanted. */
async function damagedPast(
  random: Random,
  wanted: (damage: Damage) => boolean = () => true,
): Promise<{ past: Past; damage: Damage; disk: Vfs }> {
  for (let i = 0; i < TRIES; i++) {
    const past = await makePast(random);
    const damage = drawDamage(random, past);
    if (!wanted(damage)) continue;
    return { past, damage, disk: diskOf(past.files, Object.fromEntries(damage.changes)) };
  }
  throw new Error('no such damage');
}

function optionsOf({ options }: Past): RepairOptions {
  const { comparator, blockSize, tableSize } = options;
  return { blockSize, tableSize, ...(comparator === undefined ? {} : { comparator }) };
}

function read(vfs: Vfs, path: string, { options }: Past): string {
  const db = open(path, { ...options, vfs, createIfMissing: false });
  const found = JSON.stringify([...db.entries()]);
  db.close();
  return found;
}

const differ = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a === undefined || Buffer.compare(a, b) !== 0;

test.each([false, true])('each call fails once (in place: %s)', async (inPlace) => {
  let failures = 0;
  for (let seed = 1; seed <= 2; seed++) {
    const { past, disk } = await damagedPast(new Random(seed));
    const before = filesOf(disk);
    before.delete('LOCK');
    const options = { ...optionsOf(past), inPlace };
    const first = diskOf(before);
    await repair(DIRECTORY, { ...options, vfs: first });
    const result = read(first, inPlace ? DIRECTORY : TARGET, past);
    for (const [systemCode, sticky] of [
      ['EACCES', false],
      ['ENOSPC', true],
    ] as const) {
      for (let at = 0; ; at++) {
        const inner = diskOf(before);
        const vfs = new FaultVfs(inner);
        const kinds = [
          'open',
          'write',
          'sync',
          'rename',
          'syncDirectory',
          'makeDirectory',
        ] as const;
        if (sticky)
          vfs.setFault({ at, sticky, systemCode, kinds: ['write', 'link', 'makeDirectory'] });
        else vfs.setFault({ at, systemCode, kinds: [...kinds, 'list', 'lock', 'link', 'read'] });
        const error = await repair(DIRECTORY, { ...options, vfs }).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error === undefined) {
          expect(read(inner, inPlace ? DIRECTORY : TARGET, past)).toBe(result);
        } else {
          failures++;
          expect(error).toBeInstanceOf(JumpError);
          expect((error as JumpError).code).toBe('JUMP_IO');
          const files = filesIn(inner, DIRECTORY);
          const changed = [...before].filter(([name, bytes]) => differ(files.get(name), bytes));
          // After CURRENT has changed, only its last sync can fail: the store is the repaired one.
          if (inPlace && changed.length > 0) {
            expect(changed.map(([name]) => name)).toEqual(['CURRENT']);
            expect(filesIn(inner, `${DIRECTORY}/lost`)).toEqual(before);
            expect(read(inner, DIRECTORY, past)).toBe(result);
            continue;
          }
          expect(changed).toEqual([]);
          if (!inPlace && inner.stat(TARGET)) expect(inner.list(TARGET)).toEqual([]);
          // Nothing that is left is in the way of another attempt.
          await repair(DIRECTORY, { ...options, vfs: inner });
          expect(read(inner, inPlace ? DIRECTORY : TARGET, past)).toBe(result);
        }
        if (!vfs.struck) break;
      }
    }
  }
  expect(failures).toBeGreaterThan(100);
});

test('sectors that cannot be read are lost like any others', async () => {
  let unreadable = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const random = new Random(seed);
    const { past } = await damagedPast(random);
    const names = [...past.files.keys()].filter((name) => /\.(ldb|log)$|^MANIFEST/.test(name));
    const name = random.pick(names);
    const bytes = past.files.get(name)!;
    const sector = random.integer(0, Math.floor(bytes.length / 4096));
    const zeroed = bytes.slice().fill(0, sector * 4096, (sector + 1) * 4096);
    const plain = diskOf(past.files, { [name]: zeroed });
    const expected = await repair(DIRECTORY, { ...optionsOf(past), vfs: plain });
    const disk = badSector(diskOf(past.files), name, sector);
    const report = await repair(DIRECTORY, { ...optionsOf(past), vfs: disk });
    expect(report.kept).toBe(expected.kept);
    expect(read(disk, TARGET, past)).toBe(read(plain, TARGET, past));
    const told = report.warnings.filter((text) => text.includes('cannot be read'));
    expect(told).toEqual(
      bytes.length > sector * 4096
        ? [expect.stringContaining(`${DIRECTORY}/${name}: 1 sectors`)]
        : [],
    );
    unreadable += told.length;
  }
  expect(unreadable).toBeGreaterThan(5);
});

/** A file system with one sector of one file that nobody can read. */
function badSector(vfs: Vfs, name: string, sector: number): Vfs {
  const open: Vfs['open'] = (path, mode) => {
    const file = vfs.open(path, mode);
    if (!path.endsWith(`/${name}`) || mode !== 'read' || path.startsWith(TARGET)) return file;
    const inner = file.read.bind(file);
    file.read = (target, start, length, position) => {
      const hit = position < (sector + 1) * 4096 && position + length > sector * 4096;
      if (hit) throw new JumpError('JUMP_IO', 'EIO', { file: path, systemCode: 'EIO' });
      return inner(target, start, length, position);
    };
    return file;
  };
  return new Proxy(vfs, {
    get(target, key) {
      if (key === 'open') return open;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('a store on a file system that is read-only is repaired into another directory', async () => {
  const { past, disk } = await damagedPast(new Random(3));
  const vfs = new FaultVfs(disk);
  const kinds = ['lock', 'write', 'remove', 'rename', 'link', 'makeDirectory'] as const;
  vfs.setFault({
    at: 0,
    sticky: true,
    kinds,
    path: new RegExp(`^${DIRECTORY}(/|$)`),
    systemCode: 'EROFS',
  });
  const report = await repair(DIRECTORY, { ...optionsOf(past), vfs });
  expect(JSON.parse(read(vfs, TARGET, past))).toHaveLength(report.kept);
  await expect(repair(DIRECTORY, { ...optionsOf(past), vfs, inPlace: true })).rejects.toThrow(
    expect.objectContaining({ systemCode: 'EROFS' }),
  );
});

test('files that are no files are left alone', async () => {
  const { past } = await damagedPast(new Random(4), ({ name }) => name === 'nothing');
  const disk = diskOf(past.files);
  disk.makeDirectory(`${DIRECTORY}/000003.ldb`);
  disk.makeDirectory(`${DIRECTORY}/999999.log`);
  const report = await repair(DIRECTORY, { ...optionsOf(past), vfs: disk });
  expect(report.kept).toBe(past.expected.size);
  expect(report.files.filter(({ reason }) => reason?.includes('a directory'))).toHaveLength(2);
  await repair(DIRECTORY, { ...optionsOf(past), vfs: disk, inPlace: true });
  expect(disk.stat(`${DIRECTORY}/000003.ldb`)?.kind).toBe('directory');
  expect(nameOf(filesIn(disk, DIRECTORY), /^CURRENT$/)).toBe('CURRENT');
});
