/**
 * Loads the classes of `bloom-filters` when they are asked for: for Node and Deno, which run this
 * package as it is installed. Only `require` loads a file without a promise.
 */
import { assert } from '@jump/base';

/** As much of Node's own modules as is used. */
interface NodeModule {
  createRequire(from: string): (name: string) => { readonly default: unknown };
}

/** Loads the class `BloomFilter`. */
export function loadFilter(): unknown {
  return requireHere('bloom-filters/dist/bloom/bloom-filter.js').default;
}

/** Loads the class `Hashing`. */
export function loadHashing(): unknown {
  return requireHere('bloom-filters/dist/hashing/hashing.js').default;
}

function requireHere(name: string): { readonly default: unknown } {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const module = process?.getBuiltinModule?.('node:module') as NodeModule | undefined;
  assert(module !== undefined, 'a runtime that takes the condition "node" has modules of Node');
  return module.createRequire(import.meta.url)(name);
}
