// Breaks lines of comments that are too long: node packages/tools/src/reflow.mjs [folder …]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findFiles, ROOT, readText } from './files.mjs';
import { checkLine, LIMITS } from './tidy.mjs';

/** A line of comment: what leads it, spaces included, and its text. */
const COMMENT = /^(\s*(?:\*|\/\/) +)(\S.*)$/;
/** Beginnings whose text goes on indented: `Goal:   `, `Rule 1. `, `- `, `1. `. */
const HANGING = /^(?:[A-Z]\w*: +|[A-Z]\w+ \d+\. +|[-*] |\d+\. )/;
/** Text that begins a line of its own: a list, a tag, a table, code. */
const OWN_LINE = /^(?:[-*@|`]|\d+\. |[A-Z]\w*: {2,})/;

/**
 * Moves the words beyond the limit to the next line of the paragraph, or to a new one. Drawings and
 * tables, which are indented or begin with a bar, stay.
 * @param {string} text
 */
export function reflow(text) {
  const lines = text.split('\n');
  // What leads the lines that go on with the current paragraph.
  let going = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const [, lead = '', words = ''] = COMMENT.exec(line) ?? [];
    const hanging = HANGING.exec(words)?.[0];
    if (hanging !== undefined) going = lead + ' '.repeat(hanging.length);
    else if (lead !== going) going = lead.replace(/ +$/, ' ');
    if (line.length <= LIMITS.line || checkLine(line).length === 0) continue;
    const single = /^(\s*)\/\*\* (.*) \*\/$/.exec(line);
    if (single !== null) {
      const [, indent = '', inside = ''] = single;
      lines.splice(i, 1, `${indent}/**`, `${indent} * ${inside}`, `${indent} */`);
      continue;
    }
    const cut = line.lastIndexOf(' ', LIMITS.line);
    const drawn = hanging === undefined && lead !== going;
    if (words === '' || drawn || words.startsWith('|') || cut <= lead.length) continue;
    lines[i] = line.slice(0, cut);
    const rest = going + line.slice(cut + 1);
    const next = COMMENT.exec(lines[i + 1] ?? '');
    if (next !== null && next[1] === going && !OWN_LINE.test(next[2] ?? '')) {
      lines[i + 1] = `${rest} ${next[2]}`;
    } else lines.splice(i + 1, 0, rest);
  }
  return lines.join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folders = process.argv.slice(2);
  for (const folder of folders.length === 0 ? ['packages', 'docs', 'bench'] : folders) {
    for (const file of findFiles(ROOT, folder, /\.(ts|mts|mjs|js)$/)) {
      const text = readText(ROOT, file);
      const better = reflow(text);
      if (better !== text) writeFileSync(join(ROOT, file), better);
    }
  }
}
