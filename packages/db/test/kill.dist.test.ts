// Goal:   what was promised survives the death of the process, whenever and however it dies.
// Method: a child writes numbered pairs and appends to a file what it may promise; it is killed at
//         a random time, while opening, merging, closing too; or ends itself. Then all is read.
// More:   KILLS=2000 SEED=random npx vitest run --project dist packages/db/test/kill
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { chosenSeed, Random } from '@jump/testkit';
import { afterAll, expect, test } from 'vitest';
import { type JumpDB, type OpenOptions, open } from '../dist/index.js';
import { checkPairs, promisedIn } from './pairs.ts';

const KILLS = Number(process.env['KILLS'] ?? 48);
const LONG = { timeout: 1e7 };
const script = fileURLToPath(new URL('store-child.mjs', import.meta.url));
const temporary = fs.mkdtempSync(path.join(tmpdir(), 'jumpdb-kill-'));
afterAll(() => fs.rmSync(temporary, { recursive: true, force: true }));

function taskOf(random: Random, directory: string): Record<string, unknown> {
  return {
    directory,
    promises: `${directory}.promises`,
    reopen: random.pick([0, 0, 40, 300]),
    perTurn: random.pick([1, 10, 100]),
    syncEvery: random.pick([0, 0, 7, 50]),
    options: {
      memtableSize: random.pick([8192, 65_536]),
      tableSize: random.pick([8192, 65_536]),
      logWrites: random.pick(['turn', 'turn', 'each']),
      background: random.pick(['worker', 'worker', 'inline']),
    },
  };
}

/**
 * Opens a store whose owner has died. A helper that the owner had just started to get the lock
 * (Node 20 has no call for it) may outlive it for a moment, and holds what it inherited.
 */
async function openSoon(directory: string, options: OpenOptions): Promise<JumpDB> {
  for (let waited = 0; ; waited += 20) {
    try {
      return open(directory, options);
    } catch (error) {
      const locked = (error as { code?: string }).code === 'JUMP_LOCKED';
      if (!locked || waited > 10_000) throw error;
      await sleep(20);
    }
  }
}

/** Opens what a writer has left, and checks it; returns up to which number it goes. */
async function check(directory: string, where: string): Promise<number> {
  const promised = promisedIn(`${directory}.promises`);
  const db = await openSoon(directory, {
    background: 'inline',
    onEvent: (event) => {
      if (event.type === 'recoveryLoss' && promised !== undefined) {
        // A record that was cut short by the kill was never promised.
        expect(event.bytes, where).toBeLessThan(100_000);
      }
    },
  });
  try {
    const count = checkPairs(db, where);
    expect(count, where).toBeGreaterThanOrEqual(promised ?? 0);
    return count;
  } finally {
    db.close();
  }
}

test('a writer that is killed at any time loses nothing that it promised', LONG, async () => {
  const seed = chosenSeed();
  const random = new Random(seed);
  let written = 0;
  let directory = '';
  for (let kill = 0; kill < KILLS; kill++) {
    if (kill % 8 === 0) directory = path.join(temporary, `store${kill}`);
    const task = taskOf(random, directory);
    const before = promisedIn(`${directory}.promises`) ?? -1;
    const size = fs.existsSync(`${directory}.promises`)
      ? fs.statSync(`${directory}.promises`).size
      : 0;
    const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: 'inherit' });
    const ended = once(child, 'exit');
    if (random.chance(0.2)) {
      // While it starts and opens.
      await sleep(random.integer(40, 160));
    } else {
      for (let waited = 0; waited < 20_000; waited += 5) {
        await sleep(5);
        const file = `${directory}.promises`;
        if (fs.existsSync(file) && fs.statSync(file).size > size) break;
      }
      await sleep(random.integer(0, 120));
    }
    child.kill('SIGKILL');
    await ended;
    const where = `kill ${kill} of seed ${seed}, ${JSON.stringify(task)}`;
    const count = await check(directory, where);
    written += Math.max(0, count - Math.max(0, before));
  }
  console.log(`${KILLS} kills, seed ${seed}: ${written} batches`);
  expect(written).toBeGreaterThan(20 * KILLS);
});

test.each(['exit', 'throw', 'reject'])(
  'an end by %s hands over what the turn has written',
  LONG,
  async (how) => {
    const directory = path.join(temporary, how);
    for (const background of ['worker', 'inline']) {
      const task = {
        directory,
        promises: `${directory}.promises`,
        reopen: 0,
        perTurn: 10,
        syncEvery: 0,
        options: { memtableSize: 16_384, tableSize: 8192, logWrites: 'turn', background },
        end: { how, after: 777 },
      };
      const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: 'ignore' });
      const [code] = await once(child, 'exit');
      expect(code).toBe(how === 'exit' ? 7 : 1);
      expect((await check(directory, how)) % 777).toBeLessThan(30);
    }
  },
);

test('a terminated thread loses nothing that it promised, and its lock is free', LONG, async () => {
  const random = new Random(chosenSeed());
  const directory = path.join(temporary, 'thread');
  let last = 0;
  for (let kill = 0; kill < 10; kill++) {
    const task = taskOf(random, directory);
    const worker = new Worker(script, { workerData: task });
    worker.on('error', () => {});
    for (let waited = 0; waited < 10_000; waited += 5) {
      await sleep(5);
      if ((promisedIn(`${directory}.promises`) ?? -1) > last) break;
    }
    await sleep(random.integer(0, 60));
    await worker.terminate();
    last = await check(directory, `termination ${kill}, ${JSON.stringify(task)}`);
    // What was read may be promised from now on.
    fs.appendFileSync(`${directory}.promises`, `\n${last}\n`);
  }
  expect(last).toBeGreaterThan(100);
});

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
