// Compiles every TypeScript block of every document, those that are not run too, against the
// sources.
import { join } from 'node:path';
import ts from 'typescript';
import { findFiles, readText } from './files.mjs';
import { codeBlocks } from './markdown.mjs';

/**
 * Checks the examples below `root`; returns what is wrong, a line each.
 * @param {string} root
 * @returns {string[]}
 */
export function checkExamples(root) {
  /** @type {Map<string, { code: string, document: string }>} */
  const blocks = new Map();
  for (const document of findFiles(root, '', /\.md$/)) {
    for (const { line, code } of codeBlocks(readText(root, document))) {
      // All of them as if they lay in docs, which depends on every package.
      const name = join(root, 'docs', `${document.replaceAll('/', '-')}-${line}.ts`);
      blocks.set(name.replaceAll('\\', '/'), { code: `${code}\nexport {};`, document });
    }
  }
  const program = ts.createProgram([...blocks.keys()], OPTIONS, host(root, blocks));
  return [...blocks].flatMap(([name, { document }]) => {
    const source = program.getSourceFile(name);
    return ts.getPreEmitDiagnostics(program, source).map(({ messageText, start = 0 }) => {
      const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `${document}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}

/** @type {import('typescript').CompilerOptions} */
const OPTIONS = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  customConditions: ['@jump/source'],
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
};

/**
 * Makes a compiler's view of the disk, with the blocks as files.
 * @param {string} root
 * @param {Map<string, { code: string }>} blocks
 */
function host(root, blocks) {
  const plain = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists } = plain;
  plain.getCurrentDirectory = () => root;
  plain.fileExists = (name) => blocks.has(name) || fileExists(name);
  plain.getSourceFile = (name, version, ...rest) => {
    const block = blocks.get(name);
    return block === undefined
      ? getSourceFile.call(plain, name, version, ...rest)
      : ts.createSourceFile(name, block.code, version);
  };
  return plain;
}
