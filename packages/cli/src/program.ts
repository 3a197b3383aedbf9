/**
 * The command line itself: which commands there are, what they take, what their help says. The code
 * of a command is loaded when it is called.
 */
import { Argument, Command, CommanderError, Option } from 'commander';
import { type CommandSpec, EXIT_CODE_HELP, GROUPS } from './command-list.ts';
import type { Context } from './context.ts';
import { UsageError } from './exit-codes.ts';
import { SHARED_OPTIONS } from './shared-options.ts';

/** Arguments that are paths. */
const PATHS = /^[<[](?:directory|other|path|target|file)[>\]]$/;

/** Options that more than their command looks at. */
interface CommonOptions {
  readonly json?: boolean;
  readonly into?: string;
}

/** What a call of a command has come to. */
export interface Outcome {
  exitCode: number;
}

/** Makes the program; a command that is run leaves its exit code in `outcome`. */
export function makeProgram(context: Context, version: string, outcome: Outcome): Command {
  const program = new Command('jump')
    .description(
      'Reads, checks, draws, exports and repairs LevelDB directories. Nothing is written, except by ' +
        'set, delete, import and compact, which say so, and by repair --in-place.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out.text(text),
      // Told once, by whoever runs the program.
      writeErr: () => {},
      getOutHelpWidth: () => context.out.columns ?? 80,
      getOutHasColors: () => context.paint.isColorSupported,
    })
    .addHelpText('after', `\n${EXIT_CODE_HELP}`);
  for (const [title, specs] of GROUPS) {
    program.commandsGroup(title);
    for (const spec of specs) program.addCommand(makeCommand(program, spec, context, outcome));
  }
  return program;
}

function makeCommand(
  program: Command,
  spec: CommandSpec,
  context: Context,
  outcome: Outcome,
): Command {
  const writes = spec.writes === true ? '\n\nThis command writes into the store.' : '';
  const command = new Command(spec.name)
    .copyInheritedSettings(program)
    .description(spec.description + writes)
    .summary(spec.summary);
  for (const [name, description] of spec.arguments) {
    command.addArgument(new Argument(name, description));
  }
  for (const name of spec.shared)
    for (const option of SHARED_OPTIONS[name]()) command.addOption(option);
  for (const option of spec.options?.() ?? []) command.addOption(option);
  command.addOption(new Option('--json', 'print JSON, for other programs'));
  const examples = spec.examples.map(([line, why]) => `  $ ${line}\n      ${why}`);
  command.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
  command.action(async (...given: unknown[]) => {
    // commander appends the options and the command itself.
    const options = given.at(-2) as CommonOptions;
    const args = given.slice(0, -2);
    context.json = options.json === true;
    for (const path of pathsOf(spec, args, options)) context.paths.add(path);
    outcome.exitCode = await spec.run(context, args, options);
  });
  return command;
}

/** Every path that a command was given. */
function pathsOf(spec: CommandSpec, args: readonly unknown[], options: CommonOptions): string[] {
  const given = args.filter((_, i) => PATHS.test(spec.arguments[i]![0]));
  return [...given, options.into].filter((path) => typeof path === 'string');
}

/** Turns what commander throws for help and version into nothing, and for mistakes into ours. */
export function settleCommander(error: unknown): void {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return;
  // What commander says where it has shown help instead of an error.
  if (error.message === '(outputHelp)') throw new UsageError('no such command');
  throw new UsageError(error.message.replace(/^error: /, ''));
}
