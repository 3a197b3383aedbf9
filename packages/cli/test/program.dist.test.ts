// Goal:   the program that is published: every command as a process, its exit code, its pipes; and
//         memory that does not grow with the store.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { bytes, ended, levelStore, shell, start, temporary } from './jump.ts';
import { fingerprint, levelsStore, sampleStore, USERS } from './samples.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const place = temporary();

beforeAll(async () => {
  await sampleStore(join(place, 'small'));
  await levelsStore(join(place, 'store'));
});

test('each command that only reads ends well, and leaves the store as it was', async () => {
  const before = fingerprint(join(place, 'store'));
  const line = `
    jump get store key00001 >/dev/null && jump scan store >/dev/null && jump count store &&
    jump stats store >/dev/null && jump levels store >/dev/null && jump dump store >/dev/null &&
    jump verify store >/dev/null && jump export store out.jsonl 2>/dev/null &&
    jump diff store store 2>/dev/null && jump bench store --entries 10 >/dev/null &&
    jump stats store --html page.html 2>/dev/null`;
  const { code, stdout, stderr } = await shell(line, place);
  expect([code, stderr]).toEqual([0, '']);
  expect(fingerprint(join(place, 'store'))).toEqual(before);
  const lines = readFileSync(join(place, 'out.jsonl'), 'utf8').trimEnd().split('\n');
  expect(Number(stdout)).toBe(lines.length);
});

test('each command that writes ends well, through pipes too', async () => {
  const line = `
    jump export small --gzip | jump import new && jump diff small new &&
    jump set new key value && jump delete new key && printf 'from stdin' | jump set new fed &&
    jump get new fed --raw && jump compact new && jump checkpoint new copy && jump diff new copy`;
  const { code, stdout, stderr } = await shell(line, place);
  expect([code, stdout]).toEqual([0, 'from stdin']);
  expect(stderr).toContain(`imported ${USERS + 4} entries into new: 1 table`);
  expect(existsSync(join(place, 'copy', 'CURRENT'))).toBe(true);
});

test('exit codes are those of its help', async () => {
  const line =
    "for call in 'get small grün' 'get small no' 'get small' 'get none k' 'scan small -v json'; do " +
    'jump $call >/dev/null 2>&1; printf "%s " $?; done';
  expect((await shell(line, place)).stdout).toBe('0 1 2 3 3 ');
});

test('a reader that goes away is no error', async () => {
  for (const command of ['scan', 'dump --json', 'export --gzip']) {
    const line = `jump ${command.replace(/ |$/, ' store ')} | head -c 20 | wc -c; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await shell(line, place);
    expect([command, stdout.split(/\s+/), stderr]).toEqual([command, ['20', '0', ''], '']);
  }
});

/** The most memory that a command has had, in MB. */
async function memoryOf(...args: readonly string[]): Promise<number> {
  const tell = 'process.on("exit",()=>process._rawDebug(process.resourceUsage().maxRSS))';
  const child = start(args, [`--import=data:text/javascript,${encodeURIComponent(tell)}`]);
  child.stdout?.resume();
  const { code, stderr } = await ended(child);
  expect([args, code]).toEqual([args, 0]);
  return Number(stderr.trim().split('\n').at(-1)) / 1024;
}

test('a store many times as large takes no more memory', async () => {
  const large = await levelStore(
    join(place, 'large'),
    async (db) => {
      const value = new Uint8Array(4000).fill(120);
      for (let start = 0; start < 30_000; start += 1000) {
        const batch = db.batch();
        for (let i = start; i < start + 1000; i++) batch.put(bytes(`key${i + 1e6}`), value);
        await batch.write();
      }
    },
    { compression: false },
  );
  const size = readdirSync(large).length;
  expect(size).toBeGreaterThan(5);
  for (const command of ['scan', 'dump', 'verify']) {
    const [little, much] = [
      await memoryOf(command, join(place, 'store')),
      await memoryOf(command, large),
    ];
    // The large one is 120 MB; how soon garbage is collected makes some difference.
    expect([command, much < little + 60]).toEqual([command, true]);
  }
});
