/** What `jump` starts: the process around {@link run}. */
import { Interrupted } from './exit-codes.ts';
import { end } from './interrupt.ts';
import { run } from './run.ts';

/** Runs the command that the process was called with, and sets its exit code. */
export async function main(): Promise<void> {
  try {
    process.exitCode = await run(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    end(error.signal);
  }
}
