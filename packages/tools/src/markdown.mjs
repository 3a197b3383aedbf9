// Reading Markdown: its blocks of code, and the files of the repository that it speaks of.

/**
 * A block of TypeScript. `code` keeps the document's line numbers, by empty lines in front, so that
 * an error points into the document. A block marked "ts given NAME" runs where `docs/test/given.ts` has
 * made what NAME says. One marked "ts no-run: WHY", or "ts no-run FILE: WHY", is only compiled.
 * @typedef {object} CodeBlock
 * @property {number} line
 * @property {string} code
 * @property {boolean} runs
 * @property {string[]} prints
 * @property {string} [given]
 */

/** What stands behind the three backquotes of a TypeScript block. */
const TYPESCRIPT = /^ts(?: given (?<given>[\w-]+)| no-run(?: [\w.-]+)?: \S.*)?$/;

/**
 * Finds the TypeScript blocks of a document.
 * @param {string} text
 * @returns {CodeBlock[]}
 * @throws {Error} where one does not say why it is not run
 */
export function codeBlocks(text) {
  /** @type {CodeBlock[]} */
  const found = [];
  for (const { line, info, body } of fences(text)) {
    if (!/^ts\b/.test(info)) continue;
    const match = TYPESCRIPT.exec(info);
    if (match === null) {
      throw new Error(`line ${line}: "ts", "ts given NAME" or "ts no-run: WHY", not "${info}"`);
    }
    const given = match.groups?.['given'];
    const code = '\n'.repeat(line) + body;
    const prints = [...code.matchAll(/\/\/ prints: (.*)$/gm)].map((match) => match[1] ?? '');
    const runs = !info.includes(' no-run');
    found.push({ line, code, runs, prints, ...(given === undefined ? {} : { given }) });
  }
  return found;
}

/**
 * Bytes that a document shows, as a block of the kind "hex FILE AT": `line` of its first line, and of
 * the program above it that leaves the file.
 * @typedef {{ line: number, program: number, file: string, at: number, hex: string }} HexBlock
 */

/**
 * Finds the bytes that a document shows of files of its programs. Comments begin with "#".
 * @param {string} text
 * @returns {HexBlock[]}
 */
export function hexBlocks(text) {
  /** @type {HexBlock[]} */
  const found = [];
  let program = 0;
  for (const { line, info, body } of fences(text)) {
    if (/^ts\b(?!.*no-run)/.test(info)) program = line;
    if (!/^hex\b/.test(info)) continue;
    const [, file = '', at = ''] = /^hex (\S+) (\d+)$/.exec(info) ?? [];
    const hex = body.replace(/#.*$/gm, '').replace(/\s+/g, ' ').trim();
    if (program === 0 || file === '' || !/^[\da-f]{2}( [\da-f]{2})*$/.test(hex)) {
      throw new Error(`line ${line}: not bytes at an offset of a file that a program above leaves`);
    }
    found.push({ line, program, file, at: Number(at), hex });
  }
  return found;
}

/**
 * Finds the blocks that a document shows by indenting them: commands, mostly. Paragraphs of lists,
 * which are indented too, are none.
 * @param {string} text
 * @returns {{ line: number, body: string }[]}
 */
export function indentedBlocks(text) {
  /** @type {{ line: number, body: string }[]} */
  const found = [];
  const lines = prose(text).split('\n');
  let above = '';
  for (const [i, line] of lines.entries()) {
    const last = found.at(-1);
    const shown = line.startsWith('    ');
    const goesOn = shown && last !== undefined && above.startsWith('    ');
    if (goesOn) last.body += `\n${line.slice(4)}`;
    else if (shown && lines[i - 1] === '' && !/^([-*]|\d+\.) /.test(above)) {
      found.push({ line: i + 1, body: line.slice(4) });
    }
    if (line !== '') above = line;
  }
  return found;
}

/**
 * Finds the fenced blocks of a document; throws where one is not closed.
 * @param {string} text
 * @returns {{ line: number, info: string, body: string }[]}
 */
export function fences(text) {
  const found = [];
  /** @type {{ line: number, info: string, mark: string, body: string[] } | undefined} */
  let open;
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (open === undefined) {
      const match = /^(`{3,})(.*)$/.exec(line);
      if (match !== null)
        open = { line: i + 1, info: match[2] ?? '', mark: match[1] ?? '', body: [] };
    } else if (line.trimEnd() === open.mark) {
      found.push({ line: open.line, info: open.info, body: open.body.join('\n') });
      open = undefined;
    } else open.body.push(line);
  }
  if (open !== undefined) throw new Error(`line ${open.line}: a block that is not closed`);
  return found;
}

/**
 * Returns the text of a document without its fenced blocks, line numbers kept.
 * @param {string} text
 */
export function prose(text) {
  const lines = text.split(/\r?\n/);
  for (const { line, body } of fences(text)) {
    lines.fill('', line - 1, line + body.split('\n').length + 1);
  }
  return lines.join('\n');
}
