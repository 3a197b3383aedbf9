/** Running `jump`: from arguments to an exit code. */
import { Context, type Streams } from './context.ts';
import { EXIT, exitCodeOf, Interrupted } from './exit-codes.ts';
import { makeProgram, type Outcome, settleCommander } from './program.ts';
import { packageVersion } from './version.ts';

/**
 * Runs the command line in this process.
 *
 * @param args - as after `jump` in a shell
 * @param streams - where to read and write; the process's own if not given
 * @returns the exit code; see {@link EXIT}. Errors are told on stderr, and never thrown
 * @throws Interrupted, and nothing else, if a signal ended a command that writes
 */
export async function run(args: readonly string[], streams: Streams = {}): Promise<number> {
  const context = new Context(streams);
  const outcome: Outcome = { exitCode: EXIT.ok };
  try {
    const program = makeProgram(context, packageVersion(), outcome);
    if (args.length === 0) {
      await context.note(program.helpInformation().trimEnd());
      return EXIT.usage;
    }
    await program.parseAsync(args, { from: 'user' }).catch(settleCommander);
    await context.out.flush();
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    // What was found before it went wrong is not lost.
    await context.out.flush().catch(() => {});
    await context.fail(error);
    return exitCodeOf(error);
  }
}
