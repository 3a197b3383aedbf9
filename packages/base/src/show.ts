/**
 * Showing data in error messages, shortened, so that a message stays readable whatever was given.
 */

/** Shows bytes: hexadecimal, at most 32 bytes of it. */
export function showBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes.subarray(0, 32)) text += byte.toString(16).padStart(2, '0');
  return bytes.length > 32 ? `${text}… (${bytes.length} bytes)` : text;
}

/** The most characters of a string that are shown. */
const TEXT_LIMIT = 40;
/** Larger integers are not shown. */
const BIGINT_LIMIT = 2n ** 128n;

/** Shows what a caller gave, with its type: `number 5`, `string "abc"`, `undefined`, `an object (Date)`. */
export function showGiven(given: unknown): string {
  switch (typeof given) {
    case 'string':
      return given.length > TEXT_LIMIT
        ? `string ${JSON.stringify(given.slice(0, TEXT_LIMIT))}… (${given.length} long)`
        : `string ${JSON.stringify(given)}`;
    case 'number':
      // `String` would show -0 as 0.
      return Object.is(given, -0) ? 'number -0' : `number ${given}`;
    case 'bigint':
      // Writing out a huge one takes longer than linear time.
      return given < BIGINT_LIMIT && given > -BIGINT_LIMIT ? `bigint ${given}` : 'a huge bigint';
    case 'boolean':
      return `boolean ${given}`;
    case 'undefined':
      return 'undefined';
    case 'symbol':
      return 'a symbol';
    case 'function':
      return 'a function';
    default:
      return given === null ? 'null' : showObject(given as object);
  }
}

/** Names an object by its class; never calls the object's own code except through `constructor`. */
function showObject(given: object): string {
  let name: unknown;
  try {
    name = given.constructor?.name;
  } catch {
    name = undefined;
  }
  if (typeof name !== 'string' || name === '' || name === 'Object') return 'an object';
  return `an object (${name.slice(0, TEXT_LIMIT)})`;
}

/** Makes the error for an argument of the wrong type: "key must be a string, got number 5". */
export function wrongType(what: string, expected: string, given: unknown): TypeError {
  return new TypeError(`${what} must be ${expected}, got ${showGiven(given)}`);
}
