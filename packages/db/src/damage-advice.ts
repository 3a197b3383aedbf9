/** What an opening that finds damage says of the way out. */
import { JumpError, reasonOf } from '@jump/base';

/**
 * Adds to an error of opening what can be done about damage, unless it says so already.
 *
 * The packages below know files, not stores: none of them can say this.
 */
export function withAdvice(error: unknown): unknown {
  if (!(error instanceof JumpError) || error.code !== 'JUMP_CORRUPTION') return error;
  const reason = reasonOf(error);
  if (/\brepair\(\)|\brecovery: '/.test(reason)) return error;
  const { code, file, offset, systemCode } = error;
  const message = `${reason}; repair() can make a store of what is whole`;
  return new JumpError(code, message, { file, offset, systemCode, cause: error });
}
