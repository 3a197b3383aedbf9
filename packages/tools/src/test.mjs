// npm test: builds, compiles, builds the documentation, lints, then runs every test, even where one
// of the former failed, so that one run shows all there is. The last line counts the tests.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a script of this repository with Node; tells whether it went well.
 * @param {string} script
 * @param {string[]} args
 */
function run(script, args) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return spawnSync(process.execPath, [path, ...args], { stdio: 'inherit' }).status === 0;
}

const CHECKS = ['build', 'typecheck', 'docs', 'lint'];
const good = run('turbo.mjs', ['run', ...CHECKS, '--continue', '--output-logs=errors-only']);
if (!good) console.error(`\nnot good, see above: one of ${CHECKS.join(', ')}\n`);
const passed = run('../../../node_modules/vitest/vitest.mjs', ['run', ...process.argv.slice(2)]);
process.exitCode = good && passed ? 0 : 1;
