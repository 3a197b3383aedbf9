/**
 * The order that a {@link RedBlackTree} has when it is given none.
 */

/**
 * Compares two numbers, strings, bigints or dates by `<`: strings by their UTF-16 units.
 *
 * @throws {TypeError} If a key is of another type, NaN, an invalid date, or not of the other's
 * type.
 */
export function compareByLess(a: unknown, b: unknown): number {
  const kind = kindOf(a);
  if (kind !== kindOf(b)) throw new TypeError(`cannot order ${show(a)} and ${show(b)}`);
  const x = a as number;
  const y = b as number;
  if (x < y) return -1;
  if (x > y) return 1;
  return 0;
}

/** The type of a key that has an order. */
function kindOf(key: unknown): string {
  const kind = typeof key;
  switch (kind) {
    case 'string':
    case 'bigint':
      return kind;
    case 'number':
      if (!Number.isNaN(key)) return kind;
      break;
    case 'object':
      if (key instanceof Date && !Number.isNaN(key.getTime())) return 'date';
  }
  throw new TypeError(`${show(key)} has no order: pass a compare function to the tree`);
}

/** Names a key in a message; never calls into it. */
function show(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key.slice(0, 40));
  if (typeof key === 'bigint') return `${key}n`;
  if (typeof key === 'number' || typeof key === 'boolean' || key == null) return `${key}`;
  return key instanceof Date ? 'an invalid Date' : `a key of type ${typeof key}`;
}
