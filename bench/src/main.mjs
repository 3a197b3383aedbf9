/**
 * Measures JumpDB beside its peers, row by row, each in a process of its own, the engines in turn.
 * `bench/README.md` has the options, `--help` too.
 */
import { parseOptions } from './command-line.mjs';
import { prepareEngines } from './prepare.mjs';
import { Runner } from './runner.mjs';

const options = parseOptions(process.argv.slice(2));
if (options !== undefined) {
  const engines = prepareEngines(options);
  const runner = new Runner(options, engines);
  process.exitCode = runner.run();
}
