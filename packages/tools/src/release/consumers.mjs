// What a user does: installs one package in an empty folder, compiles against it, runs its
// examples.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../files.mjs';
import { codeBlocks } from '../markdown.mjs';
import { run } from './commands.mjs';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/**
 * Makes an empty folder with these packages installed from the registry.
 * @param {string} folder
 * @param {readonly string[]} names with versions
 * @param {Record<string, string>} env
 */
export function installAlone(folder, names, env) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-online'];
  run('npm', ['install', ...options, ...names], { cwd: folder, env });
}

/** A package whose own declarations do not compile; their errors are told, and pass. */
const BROKEN = 'node_modules/unstorage/';

/** Packages whose types speak of Node's: streams, and `Buffer`, as those of abstract-level do. */
const FOR_NODE = ['@jump/cli', '@jump/level'];

/**
 * Compiles a program that imports all of a package's entries, as strictly as can be: with the types
 * of Node, and with those of a page alone. Returns which.
 * @param {string} folder
 * @param {string} name
 */
export function checkTypes(folder, name) {
  const text = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  const { exports } = JSON.parse(text);
  const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
  const lines = entries.map((entry, i) => `import * as i${i} from '${name}${entry.slice(1)}';`);
  const names = entries.map((_, i) => `i${i}`).join(', ');
  writeFileSync(join(folder, 'import.ts'), `${lines.join('\n')}\nexport const all = [${names}];\n`);
  const broken = compile(folder, ['import.ts'], { lib: ['ES2023'], types: ['node'], noEmit: true });
  const beside = broken === 0 ? '' : `, beside ${broken} errors below ${BROKEN}`;
  if (FOR_NODE.includes(name)) return `types${beside}`;
  compile(folder, ['import.ts'], { lib: ['ES2023', 'DOM'], types: [], noEmit: true });
  return `types, in pages too${beside}`;
}

/**
 * Compiles and runs the examples of a document; returns how many there were.
 * @param {string} folder
 * @param {string} document
 * @throws {Error} if one prints something else than it says
 */
export function runExamples(folder, document) {
  const blocks = codeBlocks(readFileSync(document, 'utf8')).filter(({ runs }) => runs);
  const files = blocks.map(({ line, code }) => {
    const file = `example-${line}.ts`;
    writeFileSync(join(folder, file), `${code.trimStart()}\nexport {};\n`);
    return file;
  });
  if (files.length === 0) return 0;
  compile(folder, files, { lib: ['ES2023'], types: ['node'] });
  for (const [i, { prints }] of blocks.entries()) {
    const script = join(folder, (files[i] ?? '').replace(/ts$/, 'js'));
    const cwd = mkdtempSync(join(folder, 'run-'));
    const printed = run(process.execPath, [script], { cwd }).split('\n').slice(0, -1);
    if (printed.join('\n') !== prints.join('\n')) {
      throw new Error(
        `${document}, ${files[i]}:\nshould print\n${prints.join('\n')}\nprints\n${printed.join('\n')}`,
      );
    }
  }
  return files.length;
}

/**
 * What examples import beside the package itself, and so has to be installed with it.
 * @param {string} document
 * @param {string} name
 * @returns {string[]}
 */
export function companions(document, name) {
  const code = codeBlocks(readFileSync(document, 'utf8'))
    .filter(({ runs }) => runs)
    .map((block) => block.code)
    .join('\n');
  const found = [...code.matchAll(/\bfrom '((?:@[\w-]+\/)?[\w-]+)[^']*'/g)].map(
    ([, one = '']) => one,
  );
  return [...new Set(found)].filter((one) => one !== name && one !== 'node');
}

/**
 * Calls the programs that a package installs.
 * @param {string} folder
 * @param {string} name
 * @param {string} version which they print
 */
export function runPrograms(folder, name, version) {
  const text = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
  const programs = Object.keys(JSON.parse(text).bin ?? {});
  for (const program of programs) {
    const printed = run('npx', ['--no', '--', program, '--version'], { cwd: folder });
    if (printed.trim() !== version) throw new Error(`${program} --version prints ${printed}`);
  }
  return programs.length;
}

/**
 * Compiles; returns how many errors there were below {@link BROKEN}.
 * @param {string} folder
 * @param {readonly string[]} files
 * @param {object} options
 * @throws {Error} with all that is wrong elsewhere
 */
function compile(folder, files, options) {
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    moduleDetection: 'force',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    typeRoots: [join(ROOT, 'node_modules/@types')],
    ...options,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const { status, stdout } = spawnSync(process.execPath, [TSC, '-p', '.', '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const errors = stdout.split('\n').filter((line) => line.includes('error TS'));
  const broken = errors.filter((line) => line.startsWith(BROKEN)).length;
  if (broken < errors.length || (status !== 0 && broken === 0)) {
    throw new Error(`tsc -p ${folder}\n${stdout}`);
  }
  for (const file of files) {
    if (!('noEmit' in options) && !existsSync(join(folder, file.replace(/ts$/, 'js')))) {
      throw new Error(`${file} was not compiled`);
    }
  }
  return broken;
}
