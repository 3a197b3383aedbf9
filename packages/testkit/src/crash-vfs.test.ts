// Goal: the simulated disk loses what is not synced, and nothing else.
import { expect, test } from 'vitest';
import type { ImageChoice } from './crash-image.ts';
import { CrashVfs } from './crash-vfs.ts';
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

test('a journal keeps names in their order, and writes them all with any sync', () => {
  for (const mode of ['ext4', 'windows'] as const) {
    const vfs = new CrashVfs(new Map([['/d', undefined]]), { mode });
    for (const name of ['d/1', 'd/2', 'd/3']) write(vfs, name, name, false);
    const random = new Random(1);
    const seen = new Set<string>();
    const names = (choice: ImageChoice, draw?: Random): string =>
      [...vfs.image(choice, draw).keys()].sort().join(' ');
    for (let i = 0; i < 100; i++) seen.add(names({ entries: 'random', bytes: 'none' }, random));
    expect([...seen].sort()).toEqual(['/d', '/d /d/1', '/d /d/1 /d/2', '/d /d/1 /d/2 /d/3']);
    write(vfs, 'd/4', '4', true);
    expect(names({ entries: 'none', bytes: 'none' })).toBe('/d /d/1 /d/2 /d/3 /d/4');
  }
});

test('on Windows an open file is neither removed nor replaced, and directories are not synced', () => {
  const vfs = new CrashVfs(new Map([['/d', undefined]]), { mode: 'windows' });
  write(vfs, 'd/open', 'open', true);
  write(vfs, 'd/other', 'other', true);
  const file = vfs.open('d/open', 'read');
  const busy = expect.objectContaining({ systemCode: 'EBUSY' });
  expect(() => vfs.remove('d/open')).toThrow(busy);
  expect(() => vfs.rename('d/other', 'd/open')).toThrow(busy);
  file.close();
  vfs.rename('d/other', 'd/open');
  vfs.syncDirectory('d');
  expect(vfs.image({ entries: 'none', bytes: 'none' }).has('/d/other')).toBe(true);
});

test('the newest write alone, on zeros, or garbage, or all but a part of it', () => {
  const vfs = new CrashVfs();
  const file = vfs.open('f', 'create');
  file.write(Uint8Array.of(1, 2), 0, 2);
  file.sync();
  file.write(Uint8Array.of(3, 4), 0, 2);
  file.write(Uint8Array.of(5, 6), 0, 2);
  const bytes = (choice: ImageChoice['bytes'], random?: Random) =>
    [...(vfs.image({ entries: 'all', bytes: choice }, random).get('/f') ?? [])].join('');
  expect(bytes('newest')).toBe('120056');
  expect(bytes('torn')).toBe('1234');
  expect(bytes('garbage', new Random(1))).toMatch(/^12/);
  const torn = new Random(1);
  expect(new Set(Array.from({ length: 50 }, () => bytes('torn', torn)))).toEqual(
    new Set(['1234', '12345', '123456']),
  );
});

test('what a failed sync drops stays readable, and is never on the disk', () => {
  const vfs = new CrashVfs();
  const file = vfs.open('f', 'create');
  file.write(Uint8Array.of(1, 2), 0, 2);
  vfs.dropUnsynced('f');
  file.write(Uint8Array.of(3), 0, 1);
  file.sync();
  const read = new Uint8Array(3);
  file.read(read, 0, 3, 0);
  expect([...read]).toEqual([1, 2, 3]);
  expect(vfs.image({ entries: 'all', bytes: 'all' }).get('/f')).toEqual(Uint8Array.of(0, 0, 3));
});

test('a full disk takes a part of a write; removing makes room, once the file is closed', () => {
  const vfs = new CrashVfs(new Map(), { capacity: 10 });
  const full = expect.objectContaining({ systemCode: 'ENOSPC' });
  const file = vfs.open('f', 'create');
  expect(() => file.write(new Uint8Array(15), 0, 15)).toThrow(full);
  expect(file.size()).toBe(10);
  expect(() => vfs.open('g', 'create')).toThrow(full);
  vfs.remove('f');
  expect([vfs.used, vfs.openFiles]).toEqual([10, 1]);
  file.close();
  expect([vfs.used, vfs.openFiles]).toEqual([0, 0]);
  vfs.open('g', 'create').close();
});
