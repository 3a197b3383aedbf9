// Goal:   an error says what happened, where, and why, and can be told from others by its code.
// Method: each part alone and together.
import { expect, test } from 'vitest';
import { assert, corruption, JumpError, reasonOf } from './errors.ts';

test('puts file and offset in front of the message', () => {
  const at = (details?: ConstructorParameters<typeof JumpError>[2]) =>
    new JumpError('JUMP_IO', 'cannot write', details).message;
  expect(at()).toBe('cannot write');
  expect(at({ file: '000005.log' })).toBe('000005.log: cannot write');
  expect(at({ file: '000005.log', offset: 0 })).toBe('000005.log at offset 0: cannot write');
  expect(at({ offset: 5 })).toBe('cannot write');
});

test('keeps code, place, cause and system code', () => {
  const cause = new Error('disk full');
  const error = new JumpError('JUMP_IO', 'x', {
    file: 'f',
    offset: 7,
    cause,
    systemCode: 'ENOSPC',
  });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'JumpError', code: 'JUMP_IO', file: 'f', offset: 7 });
  expect(error.cause).toBe(cause);
  expect(error.systemCode).toBe('ENOSPC');
  expect('cause' in new JumpError('JUMP_IO', 'x')).toBe(false);
});

test('corruption() makes the error for damaged bytes', () => {
  expect(corruption('CURRENT', undefined, 'is empty')).toMatchObject({
    code: 'JUMP_CORRUPTION',
    message: 'CURRENT: is empty',
  });
});

test('reasonOf() leaves out the place', () => {
  expect(reasonOf(corruption('f', 7, 'f at offset 7: x'))).toBe('f at offset 7: x');
  expect(reasonOf(corruption('f', undefined, 'is empty'))).toBe('is empty');
  expect(reasonOf(new JumpError('JUMP_CLOSED', 'is closed'))).toBe('is closed');
});

test('assert() throws only for what is false', () => {
  assert(true, 'never');
  expect(() => assert(false, 'order')).toThrow(new Error('assertion failed: order'));
});
