/**
 * The options of both policies, checked.
 */
import { wrongType } from '@jump/base';

/** How large filters are. */
export interface BloomPolicyOptions {
  /**
   * Bits for each key: 10 let one missing key in 120 through, 16 one in 2,200. Default 10. From 1
   * to 64; `leveldbBloomPolicy` takes integers only.
   */
  readonly bitsPerKey?: number;
}

/** Returns the bits a key. @throws TypeError or RangeError naming the option and what was given. */
export function readBitsPerKey(options: BloomPolicyOptions): number {
  if (typeof options !== 'object' || options === null) {
    throw wrongType('options', 'an object', options);
  }
  for (const name of Object.keys(options)) {
    if (name !== 'bitsPerKey') throw new TypeError(`unknown option of a Bloom policy: ${name}`);
  }
  const { bitsPerKey = 10 } = options;
  if (typeof bitsPerKey !== 'number') throw wrongType('bitsPerKey', 'a number', bitsPerKey);
  if (!(bitsPerKey >= 1 && bitsPerKey <= 64)) {
    throw new RangeError(`bitsPerKey must be from 1 to 64, got ${bitsPerKey}`);
  }
  return bitsPerKey;
}
