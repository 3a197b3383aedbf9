/** Runs a part of the fault programme from a test, in a process of its own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chosenSeed } from '@jump/testkit';
import { expect } from 'vitest';

const RUN = fileURLToPath(new URL('../../../tools/src/faults/run.mjs', import.meta.url));
/** More than any part takes in npm test, on a slow machine. */
const LONGEST_MS = 600_000;

/**
 * Runs as many cases of a part as npm test does, from the seed of this run on. Fails with what the
 * part has printed. `FAULT_CASES=100` does fewer, for a quick look.
 */
export async function runPart(name: string): Promise<void> {
  const words = ['--part', name, '--seed', String(chosenSeed())];
  const cases = process.env['FAULT_CASES'];
  if (cases !== undefined) words.push('--cases', cases);
  const child = spawn(process.execPath, [RUN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  child.stdout.on('data', (text: Buffer) => output.push(text.toString()));
  child.stderr.on('data', (text: Buffer) => output.push(text.toString()));
  const timer = setTimeout(() => child.kill(), LONGEST_MS);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const text = output.join('');
  expect(code, text).toBe(0);
  console.log(text.match(/^outcome .*$/m)?.[0]);
}
