/** The part `openings`: whether a process that opens stores all day stays as small as it was. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '@jump/testkit';
import { runCase } from '../resource-child.ts';
import type { Part, Run } from './part.ts';

/** Openings of one process, and with a thread each; `--openings 10000` for more. */
const OPENINGS = 200;
const OPENINGS_WITH_THREADS = 40;
/**
 * What may be there at the end that was not after a third. Bun takes whatever lies on the stack for
 * references: a store that was closed, with its buffer of 4.5 MB, can stay for many openings.
 */
const MORE_BYTES = ('Bun' in globalThis ? 8 : 4) << 20;
const MORE_DESCRIPTORS = 4;

async function run(run: Run): Promise<void> {
  const more = run.options.get('openings');
  while (run.more()) {
    const seed = run.nextSeed();
    const random = new Random(seed);
    const directory = fs.mkdtempSync(join(tmpdir(), 'jump-openings-'));
    const background = seed % 2 === 0 ? 'worker' : 'inline';
    const times = Number(more ?? (background === 'worker' ? OPENINGS_WITH_THREADS : OPENINGS));
    const options = { background, memtableSize: random.pick([4096, 65_536]), tableSize: 4096 };
    try {
      const [early, late] = await runCase<{ descriptors: number; bytes: number }[]>('openings', {
        directory,
        times,
        options,
      });
      const told = JSON.stringify({ early, late, options });
      if (late!.descriptors > early!.descriptors + MORE_DESCRIPTORS)
        throw new Error(`files: ${told}`);
      if (late!.bytes > early!.bytes + MORE_BYTES) throw new Error(`memory: ${told}`);
    } catch (error) {
      run.found(seed, error);
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
    run.mark(background, times);
    run.count(times);
  }
}

export const openings: Part = {
  name: 'openings',
  cases:
    'an opening, in a process that did many before and holds no more than after a third of them',
  usual: 240,
  run,
};
