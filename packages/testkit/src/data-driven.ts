/**
 * Data-driven tests: a text file of cases that a person reads, and extends, without knowing the
 * code.
 *
 *   # A comment says what the case is about.
 *   command argument argument
 *   lines of input
 *   ----
 *   lines of output, up to an empty line or the end
 *
 * `REWRITE=1 npx vitest run …` writes what the code says into the file instead of comparing: look at
 * the difference before it is committed. The form is that of CockroachDB's and Pebble's tests.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

/** One case of a file. */
export interface DataCase {
  /** The line of its command, from 1. */
  readonly line: number;
  /** The comment above it, without its `#`. */
  readonly comment: string;
  /** The first word. */
  readonly command: string;
  /** The other words of the first line. */
  readonly args: readonly string[];
  /** The lines between the first and `----`. */
  readonly input: readonly string[];
  /** The output that the file has. */
  readonly expected: string;
}

interface Block {
  readonly head: string[];
  readonly found: DataCase | undefined;
}

/** Reads cases from text. */
export function parseDataCases(text: string, source: string): DataCase[] {
  return parseBlocks(text, source).flatMap(({ found }) => found ?? []);
}

/** Makes a test of each case of a file: what `run` returns must be what the file says. */
export function dataDriven(file: URL, run: (one: DataCase) => string): void {
  const path = fileURLToPath(file);
  const blocks = parseBlocks(readFileSync(path, 'utf8'), basename(path));
  const rewrite = process.env['REWRITE'] === '1';
  const written = new Map<Block, string>();
  for (const block of blocks) {
    const one = block.found;
    if (one === undefined) continue;
    const about = one.comment === '' ? [one.command, ...one.args].join(' ') : one.comment;
    test(`${basename(path)}:${one.line}: ${about}`, () => {
      const output = run(one).replace(/\s+$/, '');
      written.set(block, output);
      if (!rewrite) expect(output).toBe(one.expected);
    });
  }
  if (rewrite) afterAll(() => writeFileSync(path, formatBlocks(blocks, written)));
}

function formatBlocks(blocks: readonly Block[], outputs: ReadonlyMap<Block, string>): string {
  const texts = blocks.map((block) =>
    block.found === undefined
      ? block.head.join('\n')
      : [...block.head, '----', outputs.get(block) ?? block.found.expected].join('\n').trimEnd(),
  );
  return `${texts.join('\n\n')}\n`;
}

/** Splits at empty lines; a block without `----` is a comment that stands alone. */
function parseBlocks(text: string, source: string): Block[] {
  const blocks: Block[] = [];
  let start = 0;
  for (const part of text.split('\n\n')) {
    const lines = part.split('\n');
    const line = start + 1;
    start += lines.length + 1;
    while (lines.at(-1) === '') lines.pop();
    const skipped = lines.findIndex((one) => one !== '');
    if (skipped === -1) continue;
    blocks.push(parseBlock(lines.slice(skipped), line + skipped, source));
  }
  return blocks;
}

function parseBlock(lines: string[], line: number, source: string): Block {
  const bar = lines.indexOf('----');
  const head = bar === -1 ? lines : lines.slice(0, bar);
  const at = head.findIndex((one) => !one.startsWith('#'));
  if (bar === -1 && at === -1) return { head, found: undefined };
  if (bar === -1) throw new Error(`${source}:${line}: a case without ----`);
  if (at === -1) throw new Error(`${source}:${line}: a case without a command`);
  const comment = head.slice(0, at).map((one) => one.replace(/^#\s?/, ''));
  const [command = '', ...args] = (head[at] as string).split(/\s+/);
  const input = head.slice(at + 1);
  const expected = lines
    .slice(bar + 1)
    .join('\n')
    .replace(/\s+$/, '');
  return {
    head,
    found: { line: line + at, comment: comment.join(' '), command, args, input, expected },
  };
}
