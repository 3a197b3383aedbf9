// Goal:   every command that a page or a README shows can be given: it runs, or, where it would
//         install something or take long, what it names exists. A block that nothing checks fails.
// Method: what a page shows is run in a folder with what the pages speak of: a store, a world, a
//         profile, a program; RULES say what becomes of the rest.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { findFiles, packageFolders, ROOT, readManifest, readText } from '../src/files.mjs';
import { fences, indentedBlocks } from '../src/markdown.mjs';

vi.setConfig({ testTimeout: 60_000 });

/** Blocks that are no commands for here, by how they begin, and why. */
const NOT_HERE: Record<string, string> = {
  'npx esbuild ': 'bundles.dist.test.ts, and what it has no program for before each release',
  'npx bun build ': 'before each release, src/release/bundles.mjs: Bun is installed for it',
  './data  25 tables, 38.8 MB': 'what a large store looks like; packages/cli tests the drawing',
  'damaged  000020.ldb at 659': 'what came of one damaged store; packages/cli tests the report',
};

/** What commands may begin with, and how it is looked at; the first that fits. */
const RULES: [RegExp, (command: string, rest: string) => void][] = [
  [
    /^(?:npx @jump\/cli|jump) (.*)/,
    (_, rest) => runHere(`node "$ROOT/packages/cli/bin/jump.js" ${rest}`),
  ],
  [/^node (docs\/examples\/from-level\/.*)/, (_, rest) => runHere(`node "$ROOT"/${rest}`)],
  [/^cp /, (command) => runHere(command)],
  [/^(bun|deno) /, (command, program) => runWhere(program, command)],
  [
    /^npm (?:un)?install (?:--global )?(.*)/,
    (_, names) => expect(INSTALLABLE).toEqual(expect.arrayContaining(names.split(' '))),
  ],
  [/^npm (?:run )?([\w:]+)/, (_, script) => expect(SCRIPTS).toContain(script)],
  [/^node ([\w./-]+)/, (_, file) => expect(existsSync(join(ROOT, file)), file).toBe(true)],
];

const SCRIPTS = Object.keys(JSON.parse(readText(ROOT, 'package.json')).scripts);
/** What there is to be installed: our packages, and others that they go with. */
const INSTALLABLE = packageFolders(ROOT).flatMap((folder) => {
  const one = readManifest(ROOT, `packages/${folder}`);
  const others = Object.keys({ ...one.peerDependencies, ...one.devDependencies });
  return one.private ? others : [one.name, ...others];
});

const PAGES = [
  'README.md',
  ...findFiles(ROOT, 'docs', /\.md$/),
  ...findFiles(ROOT, 'packages', /^README\.md$/).filter((file) => file.split('/').length === 3),
];

const folder = mkdtempSync(join(tmpdir(), 'jumpdb-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let isFilled = false;

/** Runs a command of a page, with what the pages speak of. */
function runHere(command: string): void {
  if (process.platform === 'win32') {
    console.warn(`skipped: "${command}" is for a shell of Unix`);
    return;
  }
  if (!isFilled) fill();
  isFilled = true;
  shell(command);
}

/** Runs a command of Unix's shell, in the folder; it must succeed. */
function shell(command: string, input = ''): void {
  const env = { ...process.env, HOME: folder, ROOT };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: folder,
    env,
    input,
    encoding: 'utf8',
  });
  expect(status, `${command}\n${stdout}${stderr}`).toBe(0);
}

/** Runs a command of a program that not every machine has. */
function runWhere(program: string, command: string): void {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  if (folders.some((one) => existsSync(join(one, program)))) runHere(command);
  else console.warn(`skipped: there is no ${program} for "${command}"`);
}

/** Makes what the pages speak of. */
function fill(): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  const entries = '{"key":"user:1","value":"Ada"}\n{"key":"user:2","value":"Grace"}\n';
  for (const store of ['data', '.config/google-chrome/Default/Local Storage/leveldb']) {
    mkdirSync(join(folder, store, '..'), { recursive: true });
    shell(`node "$ROOT/packages/cli/bin/jump.js" import "${store}"`, entries);
  }
  const worlds = join(ROOT, 'packages/testkit/fixtures/worlds');
  cpSync(join(worlds, 'minecraft'), join(folder, 'MyWorld/db'), { recursive: true });
  mkdirSync(join(folder, 'node_modules/@jump'), { recursive: true });
  symlinkSync(join(ROOT, 'packages/db'), join(folder, 'node_modules/@jump/db'), 'junction');
  writeFileSync(
    join(folder, 'package.json'),
    '{ "type": "module", "dependencies": { "@jump/db": "*" } }',
  );
  writeFileSync(
    join(folder, 'main.ts'),
    "import { open } from '@jump/db';\nconst db = open('./data');\ndb.set('a', 'b' as string);\ndb.close();\n",
  );
}

function blocksOf(text: string): { line: number; body: string }[] {
  const fenced = fences(text).filter(({ info }) => info === 'sh');
  return [...fenced, ...indentedBlocks(text)].sort((a, b) => a.line - b.line);
}

/** What a page shows to be given to a shell, a line each. */
function commandsOf(text: string): { line: number; command: string }[] {
  return blocksOf(text)
    .filter(({ body }) => !Object.keys(NOT_HERE).some((beginning) => body.startsWith(beginning)))
    .flatMap(({ line, body }) =>
      body
        .replace(/\\\n\s*/g, '')
        .split('\n')
        // What it does is told behind it.
        .map((text) => ({ line, command: text.replace(/ {3}.*/, '') })),
    )
    .filter(({ command }) => command !== '');
}

test.each(PAGES)('%s', (page) => {
  const text = readText(ROOT, page);
  // Those of `ts` and `hex` are tests of their own.
  const kinds = fences(text).map(({ info }) => info.split(' ', 1)[0]);
  expect(['ts', 'hex', 'sh']).toEqual(expect.arrayContaining(kinds));
  isFilled = false;
  for (const { line, command } of commandsOf(text)) {
    const rule = RULES.find(([pattern]) => pattern.test(command));
    expect(rule, `${page}:${line}: nothing checks "${command}"`).toBeDefined();
    const [pattern, check] = rule!;
    check(command, pattern.exec(command)?.[1]?.trim() ?? '');
  }
});

test.each(Object.keys(NOT_HERE))('"%s" is still what a block begins with', (beginning) => {
  const blocks = PAGES.flatMap((page) => blocksOf(readText(ROOT, page)));
  expect(blocks.some(({ body }) => body.startsWith(beginning))).toBe(true);
});
