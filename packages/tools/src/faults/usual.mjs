// How many cases of each part of the fault programme npm test does, as its sources say.
import { findFiles, readText } from '../files.mjs';

const FOLDER = 'packages/db/test/faults';

/**
 * Reads the parts' own words.
 * @param {string} root
 * @returns {Map<string, number>}
 */
export function usualCases(root) {
  /** @type {Map<string, number>} */
  const usual = new Map();
  for (const path of findFiles(root, FOLDER, /\.ts$/)) {
    const found = /: Part = \{\n {2}name: '([^']+)',[\s\S]*?\n {2}usual: ([\d_]+),/.exec(
      readText(root, path),
    );
    if (found !== null) usual.set(String(found[1]), Number(found[2]?.replaceAll('_', '')));
  }
  return usual;
}
