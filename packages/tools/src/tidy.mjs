// The rules of style that no compiler knows: sizes of files, functions and lines, nothing left for
// later, nothing switched off, a README in every package and a FORMAT.md where bytes are owned.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { isTest } from './arrows.mjs';
import { findFiles, packageFolders, readText } from './files.mjs';

/** Lines of a file, of a function, and columns of a line: beyond these, split. */
export const LIMITS = { file: 400, function: 70, line: 100 };
/** Beyond these a file or function is listed, and nothing else happens. */
const AIMS = { file: 250, function: 40 };

/** The packages that own a format on disk. */
const FORMATS = ['log', 'sstable', 'manifest', 'bloom'];

/** Words that say that something is not done; put together so that this file does not have them. */
const UNDONE = new RegExp(`\\b(TO${'DO'}|FIX${'ME'}|XX${'X'}|HA${'CK'})\\b`);
const SWITCHED_OFF = /\b(?:it|test|describe)\.(?:only|skip|todo)\b/;
const SUPPRESSED = new RegExp(
  `(biome-${'ignore'}|@ts-${'ignore'}|@ts-${'nocheck'}|eslint-${'disable'})`,
);

/**
 * Checks the files below `root`: `errors` must be empty, `notes` are to be read.
 * @param {string} root
 * @returns {{ errors: string[], notes: string[] }}
 */
export function checkTidy(root) {
  const code = ['packages', 'bench', 'docs'].flatMap((folder) =>
    findFiles(root, folder, /\.(ts|mts|mjs|js)$/),
  );
  const errors = checkDocuments(root);
  /** @type {string[]} */
  const notes = [];
  for (const file of code) {
    const text = readText(root, file);
    const lines = text.trimEnd().split('\n');
    const size = `${file}: ${lines.length} lines`;
    if (lines.length > LIMITS.file) errors.push(`${size}, the limit is ${LIMITS.file}`);
    else if (lines.length > AIMS.file && !isTest(file)) notes.push(`${size}, aim at ${AIMS.file}`);
    errors.push(
      ...lines.flatMap((line, i) => checkLine(line).map((s) => `${file}:${i + 1}: ${s}`)),
    );
    if (isTest(file)) continue;
    for (const { name, line, length } of longFunctions(text, AIMS.function)) {
      const message = `${file}:${line}: ${name} has ${length} lines`;
      if (length > LIMITS.function) errors.push(`${message}, the limit is ${LIMITS.function}`);
      else notes.push(`${message}, aim at ${AIMS.function}`);
    }
  }
  return { errors, notes };
}

/**
 * @param {string} root
 * @returns {string[]}
 */
function checkDocuments(root) {
  const missing = packageFolders(root).flatMap((folder) =>
    ['README.md', ...(FORMATS.includes(folder) ? ['FORMAT.md'] : [])]
      .map((name) => `packages/${folder}/${name}`)
      .filter((file) => !existsSync(join(root, file))),
  );
  return missing.map((file) => `${file}: is missing`);
}

/**
 * Says what is wrong with one line of code.
 * @param {string} line
 * @returns {string[]}
 */
export function checkLine(line) {
  const found = [];
  if (line.length > LIMITS.line && withoutTexts(line).length > LIMITS.line) {
    found.push(`${line.length} columns, the limit is ${LIMITS.line}`);
  }
  const undone = UNDONE.exec(line);
  if (undone !== null) found.push(`${undone[1]}: do it, or leave it out`);
  const off = SWITCHED_OFF.exec(line);
  if (off !== null) found.push(`${off[0]}: a test is neither alone nor switched off`);
  const ignored = SUPPRESSED.exec(line);
  if (ignored !== null) found.push(`${ignored[1]}: mend what is found instead of hiding it`);
  return found;
}

/**
 * Returns a line without its strings, patterns and addresses, which cannot be broken.
 * @param {string} line
 */
function withoutTexts(line) {
  return line
    .replace(/https?:\/\/\S+/g, '')
    .replace(/(['"`])(?:\\.|(?!\1).)*\1/g, '')
    .replace(/\/(?![/*])(?:\\.|[^/\\])+\/[a-z]*/g, '');
}

/**
 * Finds the functions of a file that are longer than `aim`, with the lines they take.
 * @param {string} text
 * @param {number} aim
 * @returns {{ name: string, line: number, length: number }[]}
 */
export function longFunctions(text, aim) {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  /** @type {{ name: string, line: number, length: number }[]} */
  const found = [];
  /** @param {import('typescript').Node} node */
  const visit = (node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
      const length = source.getLineAndCharacterOfPosition(node.end).line - first + 1;
      if (length > aim) found.push({ name: functionName(node), line: first + 1, length });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** @param {import('typescript').SignatureDeclaration} node */
function functionName(node) {
  if (node.name !== undefined) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
    ? parent.name.getText()
    : 'a function';
}
