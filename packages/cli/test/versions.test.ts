// Goal:   what a store holds beside what a reader sees is shown, key by key, and what a damaged one
//         still has: whatever is damaged, an index included.
// Method: a store of several levels that LevelDB made; what is printed by key is compared with the
//         files one by one, and with a scan; then a table's blocks and index are destroyed.
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from '@jump/db';
import { LogReader } from '@jump/log';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { jump, temporary } from './jump.ts';
import { fingerprint, levelsStore, sampleStore } from './samples.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const place = temporary();
const store = join(place, 'store');
const small = join(place, 'small');

beforeAll(async () => {
  await sampleStore(small);
  await levelsStore(store);
});

const linesOf = (text: string): string[] => text.trimEnd().split('\n');

/** Runs a command that must go well; its lines. */
async function look(...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await jump(args);
  expect([code, stderr]).toEqual([0, '']);
  return linesOf(stdout);
}

describe('dump --by-key', () => {
  test('prints what the files have, in the order of keys, and what is shadowed', async () => {
    const before = fingerprint(store);
    const byFile = await look('dump', store);
    const byKey = await look('dump', store, '--by-key');
    const plain = byKey.map((line) => line.replace(', shadowed', ''));
    expect(plain.sort().join('\n')).toBe(byFile.sort().join('\n'));
    const parts = byKey.map((line) => line.split('\t'));
    const keys = parts.map(([, , , key]) => key ?? '');
    expect(keys.join('\n')).toBe([...keys].sort().join('\n'));
    const wrong = parts.filter(
      ([, , kind], i) => kind?.endsWith('shadowed') !== (i > 0 && keys[i] === keys[i - 1]),
    );
    expect(wrong).toEqual([]);
    expect(new Set(parts.map(([, , kind]) => kind))).toEqual(
      new Set(['value', 'deletion', 'value, shadowed', 'deletion, shadowed']),
    );
    const live = parts.filter(([, , kind]) => kind === 'value').map(([, , , key]) => key);
    expect(live.join('\n')).toBe((await look('scan', store, '--only', 'keys')).join('\n'));
    expect(fingerprint(store)).toEqual(before);
  });

  test('a range is the history of its keys', async () => {
    const found = await look('dump', store, '--from', 'key00010', '--to', 'key00020', '--json');
    const entries = found.map((line) => JSON.parse(line));
    expect(new Set(entries.map(({ key }) => key))).toEqual(
      new Set(Array.from({ length: 10 }, (_, i) => `key0001${i}`)),
    );
    expect(entries[0].shadowed).toBe(undefined);
    expect(entries.filter(({ shadowed }) => shadowed === true)).toHaveLength(entries.length - 10);
    expect(entries.length).toBeGreaterThan(10);
    expect(await look('dump', small, '--prefix', 'gone')).toEqual([
      expect.stringMatching(/^\d+\.log:\d+\t\d+\tdeletion\tgone$/),
      expect.stringMatching(/^\d+\.log:\d+\t\d+\tvalue, shadowed\tgone\tfor good$/),
    ]);
    expect(await look('dump', store, '--by-key', '--limit', '3')).toHaveLength(3);
  });

  test('of a file is refused', async () => {
    const table = readdirSync(store).find((name) => name.endsWith('.ldb')) ?? '';
    expect((await jump(['dump', join(store, table), '--by-key'])).code).toBe(2);
    expect((await jump(['dump', join(place, 'nothing'), '--by-key'])).code).toBe(3);
  });
});

describe('a table without index and footer', () => {
  const ruined = join(place, 'ruined');
  let table = '';

  beforeAll(async () => {
    cpSync(store, ruined, { recursive: true });
    const lines = await look('dump', store, '--json', '--sizes');
    const entries = lines.map((line) => JSON.parse(line));
    // The largest: what the manifest names is dumped, and nothing else.
    const counts = new Map<string, number>();
    for (const { file } of entries) counts.set(file, (counts.get(file) ?? 0) + 1);
    const tables = [...counts].filter(([name]) => name.endsWith('.ldb'));
    table = tables.sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
    const bytes = readFileSync(join(ruined, table));
    writeFileSync(join(ruined, table), bytes.subarray(0, -48));
  });

  test('is damage for every other command', async () => {
    for (const command of ['scan', 'count', 'dump', 'verify']) {
      expect((await jump([command, ruined])).code, command).toBe(4);
    }
  });

  test('is read by those that are tolerant, and told', async () => {
    const scanned = await jump(['scan', ruined, '--tolerant']);
    expect(scanned.code).toBe(4);
    expect(linesOf(scanned.stdout)).toEqual(await look('scan', store));
    expect(scanned.stderr).toContain(`${table} at offset `);
    for (const args of [['--by-key'], []]) {
      const { code, stdout } = await jump(['dump', ruined, '--tolerant', ...args]);
      const damage = linesOf(stdout).filter((line) => line.includes('\tdamage\t'));
      expect([code, damage.length > 0]).toEqual([4, true]);
      const rest = linesOf(stdout).filter((line) => !damage.includes(line));
      expect(rest.join('\n')).toBe((await look('dump', store, ...args)).join('\n'));
    }
  });

  test('loses a block that is damaged as well, and no more', async () => {
    const copy = join(place, 'worse');
    cpSync(ruined, copy, { recursive: true });
    const bytes = readFileSync(join(copy, table));
    bytes[5000]! ^= 0x55;
    writeFileSync(join(copy, table), bytes);
    const { code, stdout } = await jump(['dump', copy, '--tolerant', '--by-key']);
    const all = await look('dump', store, '--by-key');
    const lines = linesOf(stdout);
    const gap = lines.find(
      (line) => line.includes('\tdamage\t') && !line.includes('\tdamage\tnot'),
    );
    expect(gap).toMatch(/^\d+\.ldb:\d+\tdamage\t\d+ bytes: block of /);
    const rest = lines.filter((line) => !line.includes('\tdamage\t'));
    expect([code, rest.length < all.length, rest.length > all.length - 100]).toEqual([
      4,
      true,
      true,
    ]);
    const { problems } = JSON.parse((await jump(['verify', copy, '--json'])).stdout);
    const messages = problems.map(({ message }: { message: string }) => message);
    expect(messages).toContainEqual(expect.stringMatching(/^block of \d+ bytes has checksum/));
    expect(messages).toContainEqual(expect.stringContaining('not a table'));
    const limited = await jump(['scan', copy, '--tolerant', '--limit', '2', '--from', 'key00100']);
    expect(linesOf(limited.stdout)).toHaveLength(2);
    expect((await jump(['scan', copy, '--tolerant', '--reverse'])).code).toBe(2);
  });

  test('the end of a log that a crash cut off is no damage', async () => {
    const copy = join(place, 'torn');
    cpSync(small, copy, { recursive: true });
    const log = join(copy, readdirSync(copy).find((name) => name.endsWith('.log'))!);
    copyFileSync(log, `${log}.whole`);
    writeFileSync(log, readFileSync(log).subarray(0, -3));
    const { code, stderr } = await jump(['scan', copy, '--tolerant']);
    expect([code, stderr.startsWith('warning: ')]).toEqual([0, true]);
    const dumped = await jump(['dump', copy, '--by-key']);
    expect([dumped.code, dumped.stdout.includes('\ttorn\t')]).toEqual([0, true]);
  });
});

describe('a log that was cut between two records, though it was on the disk', () => {
  test.each(['file', 'key'])('is refused; or told, with what is left, by %s', async (by) => {
    const args = by === 'key' ? ['--by-key'] : [];
    const directory = join(place, `cut by ${by}`);
    const db = open(directory);
    for (let i = 0; i < 10; i++) {
      db.set(`key ${i}`, 'value');
      db.handOver();
    }
    db.close();
    const name = readdirSync(directory).find((one) => one.endsWith('.log'))!;
    const log = join(directory, name);
    const end = [...LogReader.open(log).items()][4]!.end;
    const whole = await look('dump', directory, ...args);
    writeFileSync(log, readFileSync(log).subarray(0, end));
    const refused = await jump(['dump', directory, ...args]);
    expect([refused.code, refused.stdout]).toEqual([4, '']);
    expect(refused.stderr).toContain('the entries from 5 to 10 are missing');
    const { code, stdout } = await jump(['dump', directory, '--tolerant', ...args]);
    const told = `${name}:${end}\tdamage\tthe entries from 5 to 10 are missing`;
    expect([code, linesOf(stdout)]).toEqual([4, expect.arrayContaining([told])]);
    const kept = linesOf(stdout).filter((line) => line !== told);
    expect(kept).toEqual(whole.filter((line) => kept.includes(line)));
    expect(kept.filter((line) => line.includes('\tvalue\t'))).toHaveLength(4);
  });
});

describe('a manifest that cannot be read', () => {
  const manifestOf = (directory: string): string =>
    join(directory, readdirSync(directory).find((name) => name.startsWith('MANIFEST')) ?? '');
  const ruins: readonly [string, (directory: string) => void][] = [
    ['is missing', (directory) => rmSync(manifestOf(directory))],
    ['is all zeros', (directory) => writeFileSync(manifestOf(directory), new Uint8Array(200))],
    ['is not named', (directory) => writeFileSync(join(directory, 'CURRENT'), 'garbage')],
    [
      'is damaged in its middle',
      (directory) => {
        const bytes = readFileSync(manifestOf(directory));
        bytes[bytes.length >> 1]! ^= 0x55;
        writeFileSync(manifestOf(directory), bytes);
      },
    ],
  ];

  test.each(ruins)('%s: all tables and logs are dumped, and it is told', async (name, ruin) => {
    const copy = join(place, name.replaceAll(' ', '-'));
    cpSync(store, copy, { recursive: true });
    ruin(copy);
    expect((await jump(['dump', copy])).code).toBeGreaterThan(2);
    expect((await jump(['scan', copy, '--tolerant'])).code).toBeGreaterThan(2);
    const { code, stdout, stderr } = await jump(['dump', copy, '--tolerant']);
    expect([code, stderr.startsWith('warning: ')]).toEqual([4, true]);
    const printed = new Set(linesOf(stdout));
    expect((await look('dump', store)).filter((line) => !printed.has(line))).toEqual([]);
  });
});
