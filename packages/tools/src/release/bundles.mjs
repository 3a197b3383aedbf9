// Runs the commands of the guide's page about bundlers, in a folder with `@jump/db`, and each program
// once more where it can find no package. Before a release: all of them, with what is published; in
// `npm test`: those for which nothing has to be installed, with what is built.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from '../files.mjs';
import { fences } from '../markdown.mjs';
import { run } from './commands.mjs';
import { tool } from './toolbox.mjs';

const PAGE = join(ROOT, 'docs/guide/bundlers.md');
/** What a Node that can be made into another program has in it. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * Writes the page's programs into a folder, and runs its commands there; returns the lines of the
 * blocks that were run, and of others why they were not.
 * @param {string} folder where `@jump/db` is installed
 * @param {string} [programs] where the bundlers lie; without, all are installed
 */
export function runBundles(folder, programs = tool('.bin')) {
  /** @type {number[]} */
  const done = [];
  /** @type {string[]} */
  const skipped = [];
  for (const { line, info, body } of fences(readFileSync(PAGE, 'utf8'))) {
    const [, file] = /^ts no-run (\S+\.ts): /.exec(info) ?? [];
    if (file !== undefined) writeFileSync(join(folder, file), body);
    if (info !== 'sh') continue;
    const reason = cannot(body, programs);
    if (reason !== undefined) skipped.push(`line ${line} is skipped: ${reason}`);
    else {
      runBlock(folder, line, body, programs);
      done.push(line);
    }
  }
  return { done, skipped };
}

/**
 * @param {string} folder
 * @param {number} line
 * @param {string} body
 * @param {string} programs
 */
function runBlock(folder, line, body, programs) {
  const prints = [...body.matchAll(/^# prints: (.*)$/gm)].map((match) => match[1]).join('\n');
  const commands = body.split('\n').filter((one) => !one.startsWith('#'));
  const last = commands.pop() ?? '';
  // As they are there: npx would install them.
  shell(folder, commands.join('\n').replaceAll('npx ', ''), programs);
  const packages = join(folder, 'node_modules');
  for (const hidden of [false, true]) {
    if (hidden) renameSync(packages, `${packages}-hidden`);
    try {
      const printed = shell(folder, last, programs).trim();
      if (printed !== prints) {
        throw new Error(`${PAGE}, line ${line}: ${last}\nprints ${printed}\nnot ${prints}`);
      }
    } finally {
      if (hidden) renameSync(`${packages}-hidden`, packages);
      rmSync(join(folder, 'data'), { recursive: true, force: true });
    }
  }
}

/**
 * @param {string} cwd
 * @param {string} commands
 * @param {string} programs
 */
function shell(cwd, commands, programs) {
  const env = { PATH: programs + delimiter + process.env['PATH'] };
  return run('sh', ['-e', '-c', commands], { cwd, env });
}

/**
 * Says why commands cannot be run here.
 * @param {string} commands
 * @param {string} programs
 */
function cannot(commands, programs) {
  if (process.platform === 'win32') return 'they are for a shell of Unix';
  const names = Array.from(commands.matchAll(/^npx (\S+)/gm), ([, name = '']) => name);
  const missing = names.find((name) => !existsSync(join(programs, name)));
  if (missing !== undefined) return `${missing} is installed before a release only`;
  if (!commands.includes('sea')) return undefined;
  if (process.platform !== 'linux') return 'the copy of Node would have to be signed';
  if (!readFileSync(process.execPath).includes(FUSE)) return 'this Node cannot be made a program';
  return undefined;
}
