import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vitest/config';
import { ROOT } from './files.mjs';
import { type CodeBlock, codeBlocks, type HexBlock, hexBlocks } from './markdown.mjs';

/** What blocks are given that need more than an empty directory. */
const GIVEN = join(ROOT, 'docs/test/given.ts').replaceAll('\\', '/');

/** How a block is named as a module: the document, and the line of the block. */
const BLOCK = /^(.*\.md)\?block=(\d+)\.ts$/;

/**
 * Makes a test of each `ts` block of a Markdown file, run in a fresh directory.
 *
 * A block passes when it runs, when each `console.log(…); // prints: x` printed `x`, in order, and
 * when each block of bytes behind it, `hex FILE AT`, is what the file that it leaves has there. A block
 * marked `ts no-run` is only compiled, as all are, by `examples.mjs`.
 */
export function markdownTests(): Plugin {
  return {
    name: 'markdown-tests',
    enforce: 'pre',
    async resolveId(id, importer) {
      if (BLOCK.test(id)) return id;
      // An example imports packages as a user's program does, wherever its document lies.
      if (importer === undefined || !BLOCK.test(importer) || !id.startsWith('@jump/'))
        return undefined;
      return this.resolve(id, join(ROOT, 'docs/examples.ts'), { skipSelf: true });
    },
    load(id) {
      const [, file, line] = BLOCK.exec(id) ?? [];
      if (file !== undefined) {
        const block = codeBlocks(readFileSync(file, 'utf8')).find(
          (one) => one.line === Number(line),
        );
        return `${block?.code}\nexport {};`;
      }
      return id.endsWith('.md') ? testsOf(id) : undefined;
    },
  };
}

/** Writes the test file that stands for a document. */
function testsOf(file: string): string {
  const text = readFileSync(file, 'utf8');
  const running = codeBlocks(text).filter(({ runs }) => runs);
  const bytes = hexBlocks(text);
  return `
    import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    import { format } from 'node:util';
    import { expect, test, vi } from 'vitest';
    import { given } from ${JSON.stringify(GIVEN)};
    test('has ${running.length} examples that run', () => {});
    ${running.map((block) => testOf(file, block, bytes)).join('\n')}`;
}

function testOf(file: string, { line, prints, given }: CodeBlock, bytes: HexBlock[]): string {
  const shown = bytes.filter(({ program }) => program === line);
  const what = given === undefined ? undefined : `given[${JSON.stringify(given)}]`;
  const printed = what === undefined ? JSON.stringify(prints) : `${what}.prints`;
  return `test('line ${line}', async () => {
    const here = process.cwd();
    const directory = mkdtempSync(join(tmpdir(), 'jumpdb-example-'));
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      process.chdir(directory);
      ${what === undefined ? '' : `${what}.make();`}
      await import(${JSON.stringify(`${file}?block=${line}.ts`)});
      expect(log.mock.calls.map((values) => format(...values))).toEqual(${printed});
      for (const { line, file, at, hex } of ${JSON.stringify(shown)}) {
        const bytes = readFileSync(file).subarray(at, at + (hex.length + 1) / 3);
        const found = bytes.toString('hex').replace(/..(?=.)/g, '$& ');
        expect(found, \`line \${line}: \${file} from \${at} on\`).toBe(hex);
      }
    } finally {
      log.mockRestore();
      process.chdir(here);
      rmSync(directory, { recursive: true, force: true });
    }
  });`;
}
