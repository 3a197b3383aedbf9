// Goal: the simulated disk loses what is not synced, and nothing else.
import { expect, test } from 'vitest';
import { CrashVfs, type ImageChoice } from './crash-vfs.ts';
import { Random } from './random.ts';

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

function write(vfs: CrashVfs, path: string, content: string, sync: boolean): void {
  const file = vfs.open(path, 'create');
  const bytes = new TextEncoder().encode(content);
  file.write(bytes, 0, bytes.length);
  if (sync) file.sync();
  file.close();
}

function disk(): CrashVfs {
  const vfs = new CrashVfs(new Map([['/d', undefined]]));
  write(vfs, 'd/both', 'both', true);
  write(vfs, 'd/entry', 'entry', false);
  vfs.syncDirectory('d');
  write(vfs, 'd/bytes', 'bytes', true);
  write(vfs, 'd/neither', 'neither', false);
  return vfs;
}

function show(choice: ImageChoice): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [path, bytes] of disk().image(choice)) if (bytes) shown[path] = text(bytes);
  return shown;
}

test('keeps or loses the unsynced', () => {
  expect(show({ entries: 'none', bytes: 'none' })).toEqual({ '/d/both': 'both', '/d/entry': '' });
  expect(show({ entries: 'none', bytes: 'all' })).toEqual({
    '/d/both': 'both',
    '/d/entry': 'entry',
  });
  expect(show({ entries: 'all', bytes: 'none' })).toEqual({
    '/d/both': 'both',
    '/d/entry': '',
    '/d/bytes': 'bytes',
    '/d/neither': '',
  });
  expect(show({ entries: 'all', bytes: 'zeros' })['/d/neither']).toBe('\0'.repeat(7));
});

test('never loses the synced, whatever it draws', () => {
  const random = new Random(1);
  for (let i = 0; i < 300; i++) {
    const image = disk().image({ entries: 'random', bytes: 'random' }, random);
    expect(text(image.get('/d/both'))).toBe('both');
    expect(image.has('/d/entry')).toBe(true);
    const bytes = image.get('/d/bytes');
    if (bytes !== undefined) expect(text(bytes)).toBe('bytes');
  }
});

test('a rename is one change, and lost or kept as a whole', () => {
  const vfs = disk();
  vfs.rename('d/both', 'd/renamed');
  const names = (choice: ImageChoice): string[] => [...vfs.image(choice).keys()].sort();
  expect(names({ entries: 'none', bytes: 'all' })).toEqual(['/d', '/d/both', '/d/entry']);
  vfs.syncDirectory('d');
  expect(names({ entries: 'none', bytes: 'all' })).toContain('/d/renamed');
  expect(names({ entries: 'none', bytes: 'all' })).not.toContain('/d/both');
});

test('an asynchronous sync covers what was written before the call', async () => {
  const vfs = new CrashVfs();
  const file = vfs.open('f', 'create');
  vfs.syncDirectory('/');
  file.write(new Uint8Array(3), 0, 3);
  const done = file.syncAsync();
  file.write(new Uint8Array(4), 0, 4);
  await done;
  expect(vfs.image({ entries: 'none', bytes: 'none' }).get('/f')).toHaveLength(3);
});

test('a process that dies leaves the unsynced to the next one, and can do no more', async () => {
  const vfs = disk();
  vfs.lock('d');
  const file = vfs.open('d/open', 'create');
  const next = vfs.restart();
  expect(() => file.write(new Uint8Array(1), 0, 1)).toThrow('died');
  expect(() => vfs.remove('d/both')).toThrow('died');
  next.lock('d').release();
  expect(next.list('d')).toContain('neither');
  expect(next.image({ entries: 'none', bytes: 'none' }).has('/d/neither')).toBe(false);
});
