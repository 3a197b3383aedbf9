// Breaks lines of comments that are too long: node packages/tools/src/reflow.mjs [folder …]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findFiles, ROOT, readText } from './files.mjs';
import { checkLine, LIMITS } from './tidy.mjs';

/** Text of a paragraph: what follows ` * ` or `// ` and is no list, tag, table, or drawing. */
const COMMENT = /^(\s*(?:\*|\/\/) )(\S.*)$/;
const OWN_LINE = /^(?:[-*@|#]|\d+\.|\s)/;

/**
 * Moves the words beyond the limit to the next line of the paragraph, or to a new one.
 * @param {string} text
 */
export function reflow(text) {
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (checkLine(line).length === 0 || line.length <= LIMITS.line) continue;
    const single = /^(\s*)\/\*\* (.*) \*\/$/.exec(line);
    if (single !== null) {
      const [, indent = '', words = ''] = single;
      lines.splice(i, 1, `${indent}/**`, `${indent} * ${words}`, `${indent} */`);
      continue;
    }
    const [, lead = '', words] = COMMENT.exec(line) ?? [];
    const cut = line.lastIndexOf(' ', LIMITS.line);
    if (words === undefined || /^[|`]/.test(words) || cut <= lead.length) continue;
    const rest = line.slice(cut + 1);
    lines[i] = line.slice(0, cut);
    const next = COMMENT.exec(lines[i + 1] ?? '');
    if (next !== null && next[1] === lead && !OWN_LINE.test(next[2] ?? '')) {
      lines[i + 1] = `${lead}${rest} ${next[2]}`;
    } else lines.splice(i + 1, 0, lead + rest);
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
