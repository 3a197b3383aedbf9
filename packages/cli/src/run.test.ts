// Goal:   what is called wrongly is told as such before anything is opened; help says how it is
//         called rightly, for each command, with examples that can be called.
import { afterEach, expect, test, vi } from 'vitest';
import { Kept, readable } from '../test/jump.ts';
import { GROUPS } from './command-list.ts';
import { Context } from './context.ts';
import { makeProgram, type Outcome } from './program.ts';
import { run } from './run.ts';

afterEach(() => vi.restoreAllMocks());

/** Runs a command in this process. */
async function call(...args: readonly string[]): Promise<[number, string, string]> {
  const [stdout, stderr] = [new Kept(), new Kept()];
  const code = await run(args, { stdin: readable(), stdout, stderr, env: {} });
  return [code, stdout.text, stderr.text];
}

test.each([
  [['scan'], "missing required argument 'directory'"],
  [['scan', 'x', 'y'], 'too many arguments'],
  [['scan', 'x', '--limit', '-1'], 'a whole number expected, got -1'],
  [['scan', 'x', '--limits', '1'], "unknown option '--limits'"],
  [['get', 'x', 'abc', '-k', 'hex'], 'the key is not hexadecimal, two digits a byte: abc'],
  [['get', 'x', 'abc', '-k', 'json'], 'the key is not JSON (text needs quotes'],
  [['get', 'x', 'a b', '-k', 'base64'], 'the key is not base64: a b'],
  [['get', 'x', '\ud800'], 'lone surrogate'],
  [['scan', 'x', '--value', 'yaml'], 'Allowed choices are text, hex, json, base64.'],
  [['scan', 'x', '--from', 'x', '-k', 'hex'], '--from is not hexadecimal'],
  [['delete', 'x'], 'which keys? Name them, or a range'],
  [['delete', 'x', '--limit', '3'], 'which keys? Name them, or a range'],
  [['delete', 'x', 'key', '--prefix', 'k'], 'either keys or a range, not both'],
  [['import', 'x', '--memory', '5000'], '--memory: 1 to 1024 MiB expected, got 5000'],
  [['bench', '--only', 'everything'], '--only everything: not one of fillseq, '],
  [['verify', import.meta.filename], 'not the name of a table, a log or a manifest'],
])('%j is a mistake', async (args, message) => {
  const [code, stdout, stderr] = await call(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});

const SPECS = GROUPS.flatMap(([, specs]) => specs);

test('help lists every command; help of each shows its examples, and says whether it writes', async () => {
  const [code, help] = await call('--help');
  expect(code).toBe(0);
  for (const { name, summary } of SPECS) expect(help).toMatch(new RegExp(`  ${name} .*${summary}`));
  const writing = ['set', 'delete', 'import', 'compact'];
  for (const { name, examples } of SPECS) {
    const [code, stdout, stderr] = await call(name, '--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(examples.length).toBeGreaterThan(0);
    for (const [line, what] of examples) expect(stdout).toContain(`  $ ${line}\n      ${what}`);
    expect(stdout.includes('This command writes into the store.')).toBe(writing.includes(name));
  }
});

/** The calls of `jump` in a line of the shell, as words. */
function callsIn(line: string): string[][] {
  return line
    .split(/ \| | && | [<>] /)
    .filter((part) => part.startsWith('jump '))
    .map((part) =>
      [...part.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!),
    )
    .map(([, ...args]) => args);
}

test.each(SPECS.map((spec) => [spec.name, spec] as const))(
  'examples of %s can be called',
  async (_, spec) => {
    for (const [line] of spec.examples) {
      for (const args of callsIn(line)) {
        const context = new Context({ stdout: new Kept(), stderr: new Kept(), env: {} });
        const outcome: Outcome = { exitCode: 0 };
        const program = makeProgram(context, '0.0.0', outcome);
        let called: string | undefined;
        for (const command of program.commands) {
          command.action(() => {
            called = command.name();
          });
        }
        await program.parseAsync(args, { from: 'user' });
        expect(called).toBe(args[0]);
      }
    }
  },
);
