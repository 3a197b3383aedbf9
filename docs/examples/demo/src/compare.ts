// Comparisons that say what differs. A demo that only claims to work shows nothing.
import { isDeepStrictEqual } from 'node:util';

/** Throws unless the two are alike, however deep. */
export function mustEqual(key: string, found: unknown, expected: unknown): void {
  if (isDeepStrictEqual(found, expected)) return;
  throw new Error(`${key}: expected ${show(expected)}, but found ${show(found)}`);
}

/** Throws unless a store holds exactly the expected entries; returns how many these are. */
export async function mustHold<V>(
  entries: Iterable<[string, V]> | AsyncIterable<[string, V]>,
  expected: ReadonlyMap<string, V>,
): Promise<number> {
  let count = 0;
  for await (const [key, value] of entries) {
    mustEqual(key, value, expected.get(key));
    count++;
  }
  // Each entry was expected; so if there are as many as expected, none is missing.
  mustEqual('the number of entries', count, expected.size);
  return count;
}

function show(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200) ?? 'nothing';
}
