/**
 * Imports the classes of `bloom-filters` as everything else is imported: for bundlers, which put them
 * into the bundle, and for pages. The two files only: the whole package takes three times as long.
 *
 * They are CommonJS, whose `default` export arrives in two shapes: Node hands over the module's
 * `exports`, Bun and some bundlers the class itself.
 */
import importedFilter from 'bloom-filters/dist/bloom/bloom-filter.js';
import importedHashing from 'bloom-filters/dist/hashing/hashing.js';

/** Returns the class `BloomFilter`. */
export function loadFilter(): unknown {
  return unwrap(importedFilter);
}

/** Returns the class `Hashing`. */
export function loadHashing(): unknown {
  return unwrap(importedHashing);
}

function unwrap(imported: unknown): unknown {
  return typeof imported === 'function' ? imported : (imported as { default: unknown }).default;
}
