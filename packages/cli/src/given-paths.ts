/**
 * Paths as somebody typed them. The store makes every path whole, and names whole ones in what it
 * tells; people, and scripts, get back the words that they gave.
 */
import { resolve } from 'node:path';

/** What follows a path where it ends: more of it, punctuation, nothing. */
const ENDS = '(?=$|[/\\s:;,)"\'’])';

/** The paths of one call. */
export class GivenPaths {
  /** Whole path to given one; those with more letters first, for one may lie within another. */
  #paths: (readonly [pattern: RegExp, given: string])[] = [];
  readonly #whole = new Set<string>();

  /** Remembers a path. */
  add(given: string): void {
    const whole = resolve(given);
    if (whole === given || whole === '/' || this.#whole.has(whole)) return;
    this.#whole.add(whole);
    const pattern = new RegExp(`(?<![^\\s("'])${quoted(whole)}${ENDS}`, 'g');
    this.#paths.push([pattern, given.replace(/(?<=.)\/+$/, '')]);
    this.#paths.sort(([a], [b]) => b.source.length - a.source.length);
  }

  /** Puts the given paths in place of the whole ones, in a text that has some. */
  shownIn(text: string): string {
    let shown = text;
    for (const [pattern, given] of this.#paths) shown = shown.replace(pattern, () => given);
    return shown;
  }
}

/** A text as a pattern of nothing but itself. */
function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
