// Goal:   openReadOnly does nothing to a directory, as the system sees it: no file made, locked,
//         written, touched or removed; so it works where nothing can be written.
// Method: a process of its own reads a store, under strace, which tells each call that names the
//         directory or a file in it: only calls that look are allowed. Then the same on a read-only
//         bind mount, which stops root, too; modes do not.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scriptWords, WORLD_ENTRIES, worldNames, worldPath } from '@jump/testkit';
import { afterAll, expect, test } from 'vitest';
import { open } from '../dist/index.js';

const script = fileURLToPath(new URL('read-child.mjs', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'jumpdb-traced-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** Where Deno keeps what it has compiled, which it locks. */
const RUNTIMES = join(temporary, 'deno');

/** Calls that only look; of `openat` only some. */
const LOOKS = new Set(['close', 'fstat', 'getdents64', 'lseek', 'lstat', 'newfstatat', 'pread64']);
for (const call of ['read', 'readlink', 'stat', 'statx', 'preadv', 'fadvise64']) LOOKS.add(call);

/** All that can be changed in a directory. */
function picture(directory: string): string[] {
  return [
    `${statSync(directory, { bigint: true }).mtimeNs}`,
    ...readdirSync(directory)
      .sort()
      .map((name) => {
        const { mtimeNs, ctimeNs, size, ino } = statSync(join(directory, name), { bigint: true });
        const bytes = readFileSync(join(directory, name), 'base64');
        return `${name} ${size} ${ino} ${mtimeNs} ${ctimeNs} ${bytes}`;
      }),
  ];
}

/** The stores that are read, each with how much is found. */
function stores(): { directory: string; found: number }[] {
  const ours = join(temporary, 'ours');
  const db = open(ours, { memtableSize: 4096, background: 'inline' });
  for (let i = 0; i < 300; i++) db.set(`key${i}`, `value ${i}`.repeat(5));
  db.handOver();
  // As a process leaves it that is killed: with its lock, and its last writes in the log.
  const killed = join(temporary, 'killed');
  cpSync(ours, killed, { recursive: true });
  db.close();
  const worlds = worldNames().map((name) => {
    const directory = join(temporary, name);
    cpSync(worldPath(name), directory, { recursive: true });
    return { directory, found: 3 * WORLD_ENTRIES.size };
  });
  return [{ directory: ours, found: 900 }, { directory: killed, found: 900 }, ...worlds];
}

const STORES = stores();

/** The name of the call that a line of strace's tells. */
function callOf(line: string): string | undefined {
  return /^(?:\d+ +)?(\w+)\(/.exec(line)?.[1];
}

/** What a line does that a reader may not; `undefined` if it is no more than a look. */
function deedOf(line: string): string | undefined {
  const call = callOf(line);
  if (call === undefined || LOOKS.has(call)) return undefined;
  const opens = call === 'openat' || call === 'open';
  const reads = /\bO_RDONLY\b/.test(line) && !/O_(CREAT|TRUNC|WRONLY|RDWR|APPEND)/.test(line);
  return opens && reads ? undefined : line;
}

const hasStrace = spawnSync('strace', ['-qq', 'true']).status === 0;
if (!hasStrace) console.warn('skipped: no strace, under which openReadOnly is watched');

test('the check of a trace notices what a writer does', () => {
  for (const line of [
    'openat(AT_FDCWD, "/db/LOCK", O_RDWR|O_CREAT|O_CLOEXEC, 0666) = 3',
    'openat(AT_FDCWD, "/db/000007.log", O_RDONLY|O_CREAT, 0666) = 3',
    '12 fcntl(3</db/LOCK>, F_SETLK, {l_type=F_WRLCK}) = 0',
    'rename("/db/LOG", "/db/LOG.old") = 0',
    'utimensat(AT_FDCWD, "/db/CURRENT", NULL, 0) = 0',
    'write(3</db/000007.log>, "x", 1) = 1',
  ]) {
    expect(deedOf(line)).toBe(line);
  }
  expect(deedOf('openat(AT_FDCWD, "/db/CURRENT", O_RDONLY|O_CLOEXEC) = 3')).toBe(undefined);
  expect(deedOf('7 pread64(3</db/000005.ldb>, "", 48, 0) = 48')).toBe(undefined);
});

/** Runs the script under strace; returns what it says, and the calls that it made. */
function traced(directory: string, ...more: string[]): { said: string; lines: string[] } {
  const trace = `${directory}.trace`;
  const runtime = [process.execPath, ...scriptWords(script)];
  const command = ['-f', '-y', '-s', '8', '-o', trace, ...runtime, directory, ...more];
  const env = { ...process.env, DENO_DIR: RUNTIMES };
  const { stdout, stderr } = spawnSync('strace', command, { encoding: 'utf8', env });
  const lines = readFileSync(trace, 'utf8').split('\n');
  rmSync(trace);
  return { said: `${stdout}${stderr}`, lines };
}

/** The deeds that a trace tells, in a directory, and any lock anywhere: ours may be a socket. */
function deedsIn(directory: string, lines: readonly string[]): string[] {
  const about = lines.filter((line) => line.includes(directory) && callOf(line) !== 'execve');
  const deeds = about.map(deedOf).filter((deed) => deed !== undefined);
  const locks = lines.filter((line) => {
    const call = line.includes(RUNTIMES) ? '' : (callOf(line) ?? '');
    return ['bind', 'flock'].includes(call) || (call === 'fcntl' && line.includes('SETLK'));
  });
  return [...deeds, ...locks];
}

test.runIf(hasStrace)('under strace it only looks', { timeout: 120_000 }, () => {
  const all = STORES;
  for (const { directory, found } of all) {
    const before = picture(directory);
    const { said, lines } = traced(directory);
    expect(said).toBe(`${found} found\n`);
    expect(picture(directory)).toEqual(before);
    expect(lines.some((line) => line.includes(join(directory, 'CURRENT')))).toBe(true);
    expect(deedsIn(directory, lines)).toEqual([]);
  }
  // A writer, which must be noticed.
  const [{ directory } = { directory: '' }] = all;
  const deeds = deedsIn(directory, traced(directory, 'write').lines);
  expect(deeds.some((line) => line.includes('LOCK'))).toBe(true);
  expect(deeds.some((line) => callOf(line) === 'rename')).toBe(true);
});

/** Runs a command where `directory` is mounted read-only, over itself. */
function onReadOnlyMount(directory: string, command: string) {
  const steps = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 77';
  const all = ['-m', 'sh', '-c', `${steps}; ${command}`, 'sh', directory, process.execPath];
  all.push(...scriptWords(script));
  return spawnSync('unshare', all, { encoding: 'utf8' });
}

const canMount = onReadOnlyMount(temporary, 'exit 0').status === 0;
if (!canMount) console.warn('skipped: no right to mount a directory read-only');

test.runIf(canMount)('on a read-only mount it reads', { timeout: 120_000 }, () => {
  for (const { directory, found } of STORES) {
    expect(onReadOnlyMount(directory, 'touch "$1/x" 2>/dev/null && exit 78; exit 0').status).toBe(
      0,
    );
    const { stdout, stderr, status } = onReadOnlyMount(
      directory,
      'directory="$1"; shift; "$@" "$directory"',
    );
    expect(`${stdout}${stderr}`).toBe(`${found} found\n`);
    expect(status).toBe(0);
  }
});
