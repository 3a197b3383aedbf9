// Goal:   what was promised survives the death of the process, whenever and however it dies.
// Method: children, and threads, write numbered pairs into stores, and append to a file what they
//         may promise; they die at a random time, while opening, merging, closing too. Then all is
//         read.
// More:   npm run faults -- --part kill --minutes 60 --seed 1000
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { open } from '../dist/index.js';
import { runPart } from './faults/run-part.ts';
import { checkPairs } from './pairs.ts';
import { scriptPath } from './scripts.ts';

const temporary = fs.mkdtempSync(path.join(tmpdir(), 'jumpdb-kill-'));
afterAll(() => fs.rmSync(temporary, { recursive: true, force: true }));

test('a writer that is killed at any time loses nothing that it promised', { timeout: 1e7 }, () =>
  runPart('kill'),
);

test.each(['exit', 'throw', 'reject'])(
  'an end by %s hands over what the turn has written',
  { timeout: 60_000 },
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
      const words = [scriptPath('store-child.mjs'), JSON.stringify(task)];
      const child = spawn(process.execPath, words, { stdio: 'ignore' });
      const [code] = await once(child, 'exit');
      expect(code).toBe(how === 'exit' ? 7 : 1);
      const db = open(directory, { background: 'inline' });
      expect(checkPairs(db, how) % 777).toBeLessThan(30);
      db.close();
    }
  },
);
