/** What every write can be told. */
import { wrongType } from '@jump/base';
import { checkNames } from '../read/range.ts';

/** How a write is made durable. */
export interface WriteOptions {
  /** Whether it is on stable storage before the call returns; default false. */
  readonly sync?: boolean | undefined;
}

const NAMES = ['sync'];

/** Reads the options of a write. @throws TypeError */
export function wantsSync(options: WriteOptions): boolean {
  if (typeof options !== 'object' || options === null) {
    throw wrongType('options', 'an object', options);
  }
  checkNames(options, NAMES);
  const { sync = false } = options;
  if (typeof sync !== 'boolean') throw wrongType('sync', 'a boolean', sync);
  return sync;
}
