// Goal:   openReadOnly reads everything and writes nothing at all.
// Method: the directory's names, sizes and bytes before and after; a live writer beside.
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { memoryVfs, open, openReadOnly } from '@jump/db';
import { FaultVfs } from '@jump/testkit';
import { expect, test } from 'vitest';
import { temporary } from './temporary.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const TINY = { memtableSize: 1024, tableSize: 1024 } as const;

function picture(path: string): string[] {
  return readdirSync(path)
    .sort()
    .map((name) => {
      const { size, mtimeMs, ino } = statSync(join(path, name));
      return `${name} ${size} ${mtimeMs} ${ino} ${readFileSync(join(path, name)).toString('hex')}`;
    });
}

test('leaves the directory as it is, whatever it is asked', async () => {
  const path = temporary();
  const db = open(path, TINY);
  for (let i = 0; i < 200; i++) db.set(`k${i}`, `v${i}`.repeat(20));
  await db.flush();
  db.set('in the log', 'yes');
  db.close();
  const before = picture(path);
  chmodSync(path, 0o555);
  const reader = openReadOnly(path);
  expect(reader.get('k7')).toBe('v7'.repeat(20));
  expect(reader.get('in the log')).toBe('yes');
  expect(reader.getMany(['k1', 'none'])).toEqual(['v1'.repeat(20), undefined]);
  expect([reader.has('k1'), reader.contains('none')]).toEqual([true, false]);
  expect([...reader.keys()]).toHaveLength(201);
  expect([...reader.entries({ prefix: 'in', reverse: true, limit: 1 })]).toEqual([
    ['in the log', 'yes'],
  ]);
  expect(reader.approximateSize({})).toBeGreaterThan(1000);
  const cursor = reader.cursor();
  expect(cursor.last() && cursor.key).toBe('k99');
  cursor.close();
  const snapshot = reader.snapshot();
  expect(snapshot.get('k1')).toBe('v1'.repeat(20));
  reader.refresh();
  snapshot.release();
  reader.close();
  reader.close();
  chmodSync(path, 0o755);
  expect(picture(path)).toEqual(before);
});

test('asks the file system for nothing that writes', () => {
  const memory = memoryVfs();
  const db = open('store', { ...TINY, vfs: memory });
  for (let i = 0; i < 100; i++) db.set(`k${i}`, 'x'.repeat(50));
  db.close();
  const vfs = new FaultVfs(memory);
  const reader = openReadOnly('store', { vfs });
  expect([...reader.keys()]).toHaveLength(100);
  reader.refresh();
  reader.close();
  const kinds = new Set(
    vfs.operations.map(({ kind, detail }) => `${kind} ${kind === 'open' ? detail : ''}`),
  );
  expect([...kinds].sort()).toEqual(['close ', 'list ', 'open read', 'read ']);
  const opened = vfs.operations.filter(({ kind }) => kind === 'open').length;
  expect(vfs.operations.filter(({ kind }) => kind === 'close')).toHaveLength(opened);
});

test('a write is JUMP_READ_ONLY', () => {
  const vfs = memoryVfs();
  open('store', { vfs }).close();
  const reader = openReadOnly('store', { vfs });
  const writes = [
    () => reader.set('k', 'v'),
    () => reader.delete('k'),
    () => reader.batch(),
    () => reader.write([]),
    () => reader.clear(),
  ];
  for (const write of writes) expect(write).toThrow(code('JUMP_READ_ONLY'));
  reader.close();
  for (const write of writes) expect(write).toThrow(code('JUMP_CLOSED'));
  for (const call of [() => reader.get('k'), () => reader.keys(), () => reader.refresh()]) {
    expect(call).toThrow(code('JUMP_CLOSED'));
  }
});

test('beside a live writer: refresh() moves on, what is held stays, over merges that delete files', async () => {
  const path = temporary();
  const db = open(path, TINY);
  const fill = (value: string) => {
    for (let i = 0; i < 200; i++) db.set(`k${String(i).padStart(3, '0')}`, value.repeat(30));
  };
  fill('1');
  await db.flush();
  const reader = openReadOnly(path);
  const snapshot = reader.snapshot();
  const iterator = reader.entries();
  const cursor = reader.cursor();
  cursor.last();
  iterator.next();
  fill('2');
  await db.compact();
  db.delete('k000');
  db.handOver();
  expect(reader.get('k000')).toBe('1'.repeat(30));
  reader.refresh();
  expect(reader.get('k001')).toBe('2'.repeat(30));
  expect(reader.has('k000')).toBe(false);
  expect(snapshot.get('k000')).toBe('1'.repeat(30));
  expect([...snapshot.values()]).toEqual(new Array(200).fill('1'.repeat(30)));
  expect(reader.get('k001', { snapshot })).toBe('1'.repeat(30));
  expect([...iterator]).toHaveLength(199);
  expect(cursor.previous() && cursor.value).toBe('1'.repeat(30));
  fill('3');
  await db.compact();
  reader.refresh();
  expect(cursor.previous() && cursor.value).toBe('1'.repeat(30));
  cursor.close();
  snapshot.release();
  expect(new Set(reader.values())).toEqual(new Set(['3'.repeat(30)]));
  const held = reader.entries();
  held.next();
  reader.close();
  expect(() => held.next()).toThrow(code('JUMP_CLOSED'));
  held.return();
  db.close();
});

test('many refreshes leave no file open', async () => {
  const memory = memoryVfs();
  const vfs = new FaultVfs(memory);
  const db = open('store', { ...TINY, vfs: memory });
  const reader = openReadOnly('store', { vfs });
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 50; i++) db.set(`k${i}`, `${round}`.repeat(50));
    await db.flush();
    const held = reader.snapshot();
    reader.refresh();
    expect(reader.get('k1')).toBe(`${round}`.repeat(50));
    held.release();
  }
  reader.close();
  db.close();
  const count = (kind: string) => vfs.operations.filter((one) => one.kind === kind).length;
  expect(count('open')).toBe(count('close'));
});

test('what is not a store is named', () => {
  const vfs = memoryVfs();
  expect(() => openReadOnly('none', { vfs })).toThrow(code('JUMP_NOT_FOUND'));
  vfs.makeDirectory('empty');
  expect(() => openReadOnly('empty', { vfs })).toThrow(code('JUMP_NOT_FOUND'));
  vfs.open('file', 'create').close();
  expect(() => openReadOnly('file', { vfs })).toThrow(/file: not a directory/);
  expect(() => openReadOnly(undefined as never)).toThrow(/path must be a string, got undefined/);
  open('store', { vfs }).close();
  expect(() => openReadOnly('store', { vfs, memtableSize: 1 } as never)).toThrow(/memtableSize/);
});
