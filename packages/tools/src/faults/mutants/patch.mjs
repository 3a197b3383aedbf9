// Seeded bugs as textual patches: a text that must stand in a file exactly once, and another one.

/**
 * @typedef {{ file: string, find: string, replace: string }} Edit
 * @typedef {{
 *   name: string,
 *   parts: readonly string[],
 *   edits: readonly Edit[],
 * }} Mutant `name` says what is wrong; `parts` of the programme are asked, the likeliest first
 */

/**
 * Applies an edit to a text.
 * @param {string} text
 * @param {Edit} edit
 * @throws {RangeError} unless its text is there exactly once
 */
export function applyEdit(text, { file, find, replace }) {
  const times = text.split(find).length - 1;
  if (times !== 1) throw new RangeError(`${file}: found ${times} times, once expected: ${find}`);
  // Not a pattern: `$` in the new text means nothing.
  return text.replace(find, () => replace);
}

/**
 * Applies a mutant to one of the sources.
 * @param {Mutant} mutant
 * @param {string} path from the repository's root
 * @param {string} text
 */
export function mutate(mutant, path, text) {
  let changed = text;
  for (const edit of mutant.edits) if (edit.file === path) changed = applyEdit(changed, edit);
  return changed;
}
