/** Tables in Markdown, and the parts of a document that are made by a program. */

/**
 * Writes a table.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/**
 * Replaces the parts of a document that are made, between `<!-- made: name -->` and `<!-- end -->`;
 * everything else is written by hand, and stays.
 * @param {string} document
 * @param {Readonly<Record<string, string>>} parts
 * @throws {Error} if the document asks for a part that there is not
 */
export function fillIn(document, parts) {
  return document.replace(
    /(<!-- made: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin, name, end) => {
      if (!Object.hasOwn(parts, name)) throw new Error(`nothing makes the part ${name}`);
      return `${begin}\n${parts[name]}\n\n${end}`;
    },
  );
}
