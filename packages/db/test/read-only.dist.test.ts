// Goal:   a reader beside a live writer sees the writer's state as of some moment, the newest when
//         it asks, and writes nothing.
// Method: a writer in a process of its own, JumpDB's or LevelDB's, that flushes and merges all the
//         time; a reader that refreshes; then the directory itself, compared byte for byte.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { open, openReadOnly } from '../dist/index.js';
import { Level } from './level.ts';
import { checkPairs, promisedIn } from './pairs.ts';

const REFRESHES = 80;
const script = fileURLToPath(new URL('store-child.mjs', import.meta.url));
const temporary = fs.mkdtempSync(path.join(tmpdir(), 'jumpdb-read-only-'));
const level = new Level();
afterAll(() => {
  level.end();
  fs.rmSync(temporary, { recursive: true, force: true });
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Reads a directory while it is written; returns how far its writer came meanwhile. */
async function readBeside(directory: string): Promise<number> {
  const promises = `${directory}.promises`;
  while ((promisedIn(promises) ?? 0) < 100) await sleep(5);
  const losses: unknown[] = [];
  const onEvent = (event: { type: string }): void => void losses.push(event);
  const reader = openReadOnly(directory, { onEvent });
  const first = checkPairs(reader, 'at first');
  let last = first;
  for (let i = 0; i < REFRESHES; i++) {
    const promised = promisedIn(promises) ?? 0;
    const iterator = reader.entries();
    const snapshot = reader.snapshot();
    const before = reader.get('count');
    reader.refresh();
    const count = checkPairs(reader, `refresh ${i}`);
    expect(count).toBeGreaterThanOrEqual(Math.max(promised, last));
    // What was opened before stays where it was.
    expect(new Map(iterator).get('count')).toBe(before);
    expect(snapshot.get('count')).toBe(before);
    snapshot.release();
    last = count;
    await sleep(1);
  }
  reader.close();
  expect(losses).toEqual([]);
  return last - first;
}

test.each(['turn', 'each'])(
  'reads beside a writer of ours (%s)',
  { timeout: 120_000 },
  async (logWrites) => {
    const directory = path.join(temporary, logWrites);
    const task = {
      directory,
      promises: `${directory}.promises`,
      reopen: 3000,
      perTurn: 5,
      syncEvery: 0,
      options: { memtableSize: 32_768, tableSize: 16_384, logWrites },
    };
    const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: 'inherit' });
    const ended = once(child, 'exit');
    const written = await readBeside(directory);
    expect(child.exitCode).toBe(null);
    child.kill('SIGKILL');
    await ended;
    expect(written).toBeGreaterThan(500);
    const db = open(directory);
    checkPairs(db, 'at the end');
    db.close();
  },
);

test('reads beside LevelDB', { timeout: 120_000 }, async () => {
  const directory = path.join(temporary, 'level');
  await level.open(directory, { writeBufferSize: 65_536 });
  const running = level.run(`${directory}.promises`);
  const written = await readBeside(directory);
  await level.stop();
  await running;
  expect(written).toBeGreaterThan(500);
  await level.close();
});

/** All that could be changed in a directory. */
function picture(directory: string): string[] {
  const names = fs.readdirSync(directory).sort();
  return [
    `${fs.statSync(directory, { bigint: true }).mtimeNs}`,
    ...names.map((name) => {
      const file = path.join(directory, name);
      const { mtimeNs, size, ino } = fs.statSync(file, { bigint: true });
      return `${name} ${size} ${ino} ${mtimeNs} ${fs.readFileSync(file, 'base64')}`;
    }),
  ];
}

test('writes nothing: not into a closed store, a killed one, a live one, a read-only directory', {
  timeout: 120_000,
}, async () => {
  const directory = path.join(temporary, 'untouched');
  const db = open(directory, { memtableSize: 4096 });
  for (let i = 0; i < 300; i++) db.set(`key${i}`, `value ${i}`);
  await db.flush();
  // Leaves nothing to do in the background: what changes from here on, the reader has changed.
  await db.compact();
  db.set('in the log', 'yes', { sync: true });
  const copy = path.join(temporary, 'killed');
  fs.cpSync(directory, copy, { recursive: true });
  const look = (at: string): void => {
    const before = picture(at);
    const reader = openReadOnly(at);
    expect([...reader.keys()]).toHaveLength(301);
    reader.refresh();
    expect(reader.get('in the log')).toBe('yes');
    expect(() => (reader as unknown as { set(k: string, v: string): void }).set('a', 'b')).toThrow(
      expect.objectContaining({ code: 'JUMP_READ_ONLY' }),
    );
    reader.close();
    expect(picture(at)).toEqual(before);
  };
  look(directory);
  look(copy);
  db.close();
  look(directory);
  fs.chmodSync(directory, 0o555);
  look(directory);
  fs.chmodSync(directory, 0o755);
});
