/** The part `parsers`: everything that reads a file, given files that are nearly sound. */
import { JumpError } from '@jump/base';
import type { Random } from '@jump/testkit';
import { Random as Generator } from '@jump/testkit';
import { TooMuch, withAllocationLimit } from '../allocation.ts';
import { PARSERS, type Parser } from '../parsers.ts';
import type { Part, Run } from './part.ts';

/** No input may take so long, in milliseconds, or have so many bytes allocated at once. */
const MOST_MS = 100;
const MOST_BYTES = 64 << 20;

async function run(run: Run): Promise<void> {
  const only = run.options.get('parser');
  const parsers = PARSERS.filter(({ name }) => only === undefined || name === only);
  while (run.more()) {
    const seed = run.nextSeed();
    for (const parser of parsers) {
      if (run.more()) await feed(run, seed, parser);
    }
  }
}

async function feed(run: Run, seed: number, parser: Parser): Promise<void> {
  const random = new Generator(seed);
  const parse = await parser.prepare(random);
  for (let i = 0; i < parser.times; i++) {
    try {
      const taken = await once(parse, random, i % 16 === 0);
      run.mark(`${parser.name}, ${taken ? 'taken' : 'refused'}`);
    } catch (error) {
      if (error instanceof Error) error.stack = `${parser.name}, input ${i}: ${error.stack}`;
      run.found(seed, error);
      return;
    }
  }
  run.count(parser.times);
}

type Parse = Awaited<ReturnType<Parser['prepare']>>;

/** Makes one input and has it read; tells whether it was taken for sound. */
async function once(parse: Parse, random: Random, watched: boolean): Promise<boolean> {
  const read = parse(random);
  const start = performance.now();
  const taken = await attempt(watched ? () => withAllocationLimit(MOST_BYTES, read) : read);
  if (performance.now() - start < MOST_MS) return taken;
  // The machine may have been busy with something else: what counts is this process's own time.
  const before = process.cpuUsage();
  await attempt(read);
  const { user, system } = process.cpuUsage(before);
  if (user + system > 1000 * MOST_MS) throw new Error(`took ${(user + system) / 1000} ms`);
  return taken;
}

async function attempt(read: () => void | Promise<void>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (error instanceof TooMuch || !(error instanceof JumpError)) throw error;
    if (/CORRUPTION|UNSUPPORTED/.test(error.code)) return false;
    throw error;
  }
}

export const parsers: Part = {
  name: 'parsers',
  cases: 'files changed under true checksums, or parts of them, and read',
  usual: 250_000,
  run,
};
