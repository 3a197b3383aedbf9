// Goal:   a checkpoint that the disk fails, or the power, leaves no store that is not whole, and
//         the original as it was.
import { bytewiseComparator } from '@jump/base';
import { type JumpEvent, memoryVfs, open, type Vfs } from '@jump/db';
import { CrashVfs, FaultVfs, Random } from '@jump/testkit';
import { describe, expect, test, vi } from 'vitest';
import { contents, filled, read, SMALL } from './checkpoint-store.ts';
import { filesOf } from './disk-files.ts';
import { checkDirectory } from './invariants.ts';

// A machine that is busy with other things takes its time.
vi.setConfig({ testTimeout: 120_000 });

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('without hard links', () => {
  test('tables are copied and synced', async () => {
    for (const systemCode of ['EPERM', 'EXDEV', 'EMLINK']) {
      const vfs = new FaultVfs(memoryVfs());
      const db = await filled(open('db', { ...SMALL, vfs }));
      vfs.setFault({ at: 0, kinds: ['link'], systemCode, sticky: true });
      vfs.operations.length = 0;
      await db.checkpoint('copy');
      expect(vfs.show(['link']).split('\n')).toHaveLength(1);
      const tables = vfs.list('copy').filter((name) => name.endsWith('.ldb'));
      for (const name of tables) expect(vfs.show(['sync'])).toContain(`sync copy/${name}`);
      const [ours, theirs] = [filesOf(vfs, 'db'), filesOf(vfs, 'copy')];
      expect(tables.filter((name) => ours.has(name)).length).toBeGreaterThan(1);
      for (const name of tables) {
        if (ours.has(name)) expect(theirs.get(name)).toEqual(ours.get(name));
      }
      expect(read(vfs, 'copy')).toEqual(contents(db));
      db.close();
    }
  });

  test('nothing is tried where the file system says so', async () => {
    const inner = memoryVfs();
    const vfs = new FaultVfs({
      ...bound(inner),
      capabilities: { ...inner.capabilities, hardLinks: false },
    });
    const db = await filled(open('db', { ...SMALL, vfs }));
    await db.checkpoint('copy');
    expect(vfs.show(['link'])).toBe('');
    expect(read(vfs, 'copy')).toEqual(contents(db));
    db.close();
  });
});

/** The methods of a file system, as an object that can be spread. */
function bound(vfs: Vfs): Vfs {
  const names = ['open', 'stat', 'list', 'makeDirectory', 'remove', 'removeDirectory'] as const;
  const more = ['rename', 'link', 'syncDirectory', 'lock'] as const;
  const methods = [...names, ...more].map((name) => [name, vfs[name].bind(vfs)]);
  return { name: vfs.name, capabilities: vfs.capabilities, ...Object.fromEntries(methods) };
}

describe('when the disk fails', () => {
  test('each call once: nothing is left, the store goes on', { timeout: 300_000 }, async () => {
    let failures = 0;
    for (const links of [true, false]) {
      for (let at = 0; ; at++) {
        const vfs = new FaultVfs(memoryVfs());
        const events: JumpEvent[] = [];
        const onEvent = (event: JumpEvent) => event.type === 'error' && events.push(event);
        const db = await filled(open('db', { ...SMALL, vfs, onEvent }), 3);
        const before = contents(db);
        // Without links, the full disk.
        const kinds = [
          'open',
          'write',
          'sync',
          'rename',
          'syncDirectory',
          'makeDirectory',
        ] as const;
        const path = /^copy/;
        if (links) vfs.setFault({ at, path, kinds });
        else
          vfs.setFault({ at, path, kinds: ['link', 'write'], systemCode: 'ENOSPC', sticky: true });
        const failed = await db.checkpoint('copy').then(
          () => undefined,
          (error: unknown) => error,
        );
        const { struck } = vfs;
        vfs.setFault(undefined);
        expect(contents(db)).toEqual(before);
        db.set('goes on', 'yes', { sync: true });
        if (failed === undefined) {
          expect(read(vfs, 'copy')).toEqual(before);
        } else {
          failures++;
          expect(failed).toEqual(code('JUMP_IO'));
          // At the very end the copy may be whole, but for the last sync of its name.
          if (vfs.stat('copy') !== undefined) expect(vfs.list('copy')).toEqual([]);
          await db.checkpoint('again');
          expect(read(vfs, 'again')).toEqual(contents(db));
        }
        expect(events).toEqual([]);
        db.close();
        checkDirectory(vfs, 'db', bytewiseComparator);
        if (!struck) break;
      }
    }
    expect(failures).toBeGreaterThan(20);
  });
});

test('the power may go at any time: no store, or all of it; the original is as it was', {
  timeout: 1e7,
}, async () => {
  let whole = 0;
  let images = 0;
  for (let seed = 1; seed <= 4; seed++) {
    const random = new Random(seed);
    const disk = new CrashVfs();
    const db = await filled(open('db', { ...SMALL, vfs: disk }));
    await db.sync();
    const before = contents(db);
    disk.onOperation = () => {
      for (const choice of [
        { entries: 'all', bytes: 'all' },
        { entries: 'none', bytes: 'none' },
        { entries: 'all', bytes: 'none' },
        { entries: 'all', bytes: 'zeros' },
        { entries: 'random', bytes: 'random' },
        { entries: 'random', bytes: 'random' },
      ] as const) {
        images++;
        const image = new CrashVfs(disk.image(choice, random));
        expect(read(image, 'db')).toEqual(before);
        if (image.stat('copy/CURRENT') === undefined) {
          expect(() => read(image, 'copy')).toThrow(/JUMP|no store|no CURRENT/);
        } else {
          whole++;
          expect(read(image, 'copy')).toEqual(before);
        }
      }
    };
    await db.checkpoint('copy');
    const last = new CrashVfs(disk.image({ entries: 'none', bytes: 'none' }));
    expect(read(last, 'copy')).toEqual(before);
    disk.onOperation = () => {};
    db.close();
  }
  expect(whole).toBeGreaterThan(10);
  expect(images).toBeGreaterThan(300);
});
