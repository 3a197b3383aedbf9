/**
 * Bytes as people read them, and back: for golden bytes in tests and in FORMAT.md.
 */

/** Shows bytes sixteen a line: offset, hexadecimal, printable characters. */
export function hexdump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = [...row].map((byte) =>
      byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.',
    );
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(47)}  ${text.join('')}`);
  }
  return lines.join('\n');
}

/**
 * Reads annotated hexadecimal: pairs of digits, with comments from `#` or `;` to the end of a line.
 *
 * `01 00 6b  # one entry, key "k"`
 */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/[#;].*$/gm, '').replace(/\s+/g, '');
  if (!/^([0-9a-fA-F]{2})*$/.test(digits)) {
    throw new RangeError(`not hexadecimal: ${digits.slice(0, 60)}`);
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/**
 * Finds the golden bytes of a document: fenced blocks that begin with ` ```hex name `, by name, each
 * read by {@link fromHex}.
 */
export function hexBlocks(markdown: string): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const match of markdown.matchAll(/^```hex +(\S+)[^\n]*\n([\s\S]*?)^```/gm)) {
    const [, name = '', body = ''] = match;
    if (found.has(name)) throw new RangeError(`two hex blocks of the name ${name}`);
    found.set(name, fromHex(body));
  }
  return found;
}
