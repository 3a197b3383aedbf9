// Goal:   a load that the disk fails, or the power, leaves the store with all that was given, or as
//         it was.
import { bytewiseComparator } from '@jump/base';
import { load, memoryVfs, open } from '@jump/db';
import { CrashVfs, FaultVfs, Random } from '@jump/testkit';
import { expect, test } from 'vitest';
import { contents, filled, read, SMALL } from './checkpoint-store.ts';
import { checkDirectory } from './invariants.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

/** Runs that must be merged, over keys that a store has, and others. */
const GIVEN: readonly [string, string][] = [2, 3, 5, 7].flatMap((step) =>
  Array.from({ length: 60 }, (_, i): [string, string] => [`key${i * step}`, `loaded ${step}`]),
);
const withGiven = (before: [string, string][]): [string, string][] =>
  [...new Map([...before, ...GIVEN])].sort(([a], [b]) => (a < b ? -1 : 1));

test.each([true, false])(
  'each call of the disk fails once; a store that is there: %s',
  {
    timeout: 60_000,
  },
  async (exists) => {
    let failures = 0;
    for (let at = 0; ; at++) {
      const vfs = new FaultVfs(memoryVfs());
      let before: [string, string][] = [];
      if (exists) {
        const db = await filled(open('db', { ...SMALL, vfs }), 3);
        before = contents(db);
        db.close();
      }
      const kinds = ['open', 'write', 'sync', 'rename', 'syncDirectory', 'makeDirectory'] as const;
      vfs.setFault({ at, path: /db/, kinds });
      const failed = await load('db', GIVEN, { ...SMALL, vfs }).then(
        () => undefined,
        (error: unknown) => error,
      );
      const { struck } = vfs;
      vfs.setFault(undefined);
      if (failed === undefined) {
        expect(read(vfs, 'db')).toEqual(withGiven(before));
      } else {
        failures++;
        expect(failed).toEqual(code('JUMP_IO'));
        if (exists) {
          const found = read(vfs, 'db');
          // The last sync of the manifest may have done its work before it failed.
          expect([before, withGiven(before)]).toContainEqual(found);
        } else if (vfs.stat('db') !== undefined) expect(vfs.list('db')).toEqual([]);
      }
      if (exists || failed === undefined) checkDirectory(vfs, 'db', bytewiseComparator);
      if (!struck) break;
    }
    expect(failures).toBeGreaterThan(20);
  },
);

test.each([true, false])(
  'the power goes at any time; a store that is there: %s',
  {
    timeout: 60_000,
  },
  async (exists) => {
    const seen = { before: 0, after: 0 };
    for (let seed = 1; seed <= 1; seed++) {
      const random = new Random(seed);
      const disk = new CrashVfs();
      let before: [string, string][] = [];
      if (exists) {
        const db = await filled(open('db', { ...SMALL, vfs: disk }));
        before = contents(db);
        db.close();
      }
      const after = withGiven(before);
      disk.onOperation = () => {
        for (const choice of [
          { entries: 'all', bytes: 'all' },
          { entries: 'none', bytes: 'none' },
          { entries: 'all', bytes: 'none' },
          { entries: 'random', bytes: 'random' },
        ] as const) {
          const image = new CrashVfs(disk.image(choice, random));
          if (!exists && image.stat('db/CURRENT') === undefined) {
            seen.before++;
            expect(() => read(image, 'db')).toThrow(/no store|no CURRENT/);
            continue;
          }
          const found = read(image, 'db');
          const loaded = found.some(([, value]) => value.startsWith('loaded'));
          expect(found).toEqual(loaded ? after : before);
          seen[loaded ? 'after' : 'before']++;
        }
      };
      await load('db', GIVEN, { ...SMALL, vfs: disk });
      disk.onOperation = () => {};
      const last = new CrashVfs(disk.image({ entries: 'none', bytes: 'none' }));
      expect(read(last, 'db')).toEqual(after);
    }
    expect(seen.before).toBeGreaterThan(100);
    expect(seen.after).toBeGreaterThan(4);
  },
);
