/**
 * Our hash as a `Hashing` of `bloom-filters`: with it, the package's own code sets the same bits
 * as ours does.
 */
import { isBytes, type KeyHash, utf8Encode, utf8Write, wrongType } from '@jump/base';
import { hashBytes } from './hash.ts';
import { type Element, LibraryHashingBase } from './library.ts';
import { listPlaces } from './probe.ts';

/** Text of at most a third as many units is hashed without memory of its own. */
const scratch = /* @__PURE__ */ new Uint8Array(3 * 1024);

/** Hashes an element, text as UTF-8, into `hash`. @throws TypeError if it is neither text nor bytes. */
export function hashElement(element: Element, seed: number, hash: KeyHash): void {
  const seedLow = seed >>> 0;
  const seedHigh = Math.floor(seed / 0x1_0000_0000);
  if (typeof element === 'string') {
    if (element.length <= 1024) {
      hashBytes(scratch, 0, utf8Write(element, scratch, 0, 'element'), seedLow, seedHigh, hash);
      return;
    }
    const bytes = utf8Encode(element, 'element');
    hashBytes(bytes, 0, bytes.length, seedLow, seedHigh, hash);
  } else if (isBytes(element)) {
    hashBytes(element, 0, element.length, seedLow, seedHigh, hash);
  } else if (element instanceof ArrayBuffer) {
    const bytes = new Uint8Array(element);
    hashBytes(bytes, 0, bytes.length, seedLow, seedHigh, hash);
  } else {
    throw wrongType('element', 'a string, a Uint8Array or an ArrayBuffer', element);
  }
}

/** The seed that `bloom-filters` uses where none is given. */
const DEFAULT_SEED = 0x1234567890;

/** The 64-bit hash and the places of `./probe.ts`, through the extension point of `bloom-filters`. */
export class JumpHashing extends LibraryHashingBase {
  /** Returns the low 53 bits of the hash. */
  override serialize(element: Element, seed: number = DEFAULT_SEED): number {
    const { first, second } = this.hashTwice(element, seed);
    return (second & 0x1fffff) * 0x1_0000_0000 + first;
  }

  /** Returns the two halves of the hash, the low one first. */
  override hashTwice(
    element: Element,
    seed: number = DEFAULT_SEED,
  ): { first: number; second: number } {
    const hash: KeyHash = { low: 0, high: 0 };
    hashElement(element, seed, hash);
    return { first: hash.low, second: hash.high };
  }

  /** Lists the places that our `add` sets. */
  override getIndexes(
    element: Element,
    size: number,
    count: number,
    seed: number = DEFAULT_SEED,
  ): number[] {
    const { first, second } = this.hashTwice(element, seed);
    return listPlaces(size, count, first, second);
  }
}
