// Goal: a failure of the system is told from a mistake of the caller's, whatever a runtime says.
import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { fromNode } from './node-error.ts';

const thrown = (message: string, fields: object): Error =>
  Object.assign(new Error(message), fields);

test.each([
  [
    'Node',
    thrown("ENOSPC: no space left on device, write '/a'", { code: 'ENOSPC', syscall: 'write' }),
    'f: cannot write: ENOSPC: no space left on device',
  ],
  [
    'Bun, of a path that it looked at itself',
    thrown("ENAMETOOLONG: name too long, open '/a'", { code: 'ENAMETOOLONG', errno: -36 }),
    'f: cannot write: ENAMETOOLONG: name too long',
  ],
  [
    'Deno, of a descriptor',
    thrown('No space left on device (os error 28)', { code: 'ENOSPC' }),
    'f: cannot write: ENOSPC: No space left on device (os error 28)',
  ],
  [
    'Deno, of what it has no class for',
    thrown(`File too large (os error ${constants.errno.EFBIG})`, {}),
    `f: cannot write: EFBIG: File too large (os error ${constants.errno.EFBIG})`,
  ],
])('what %s throws for the system', (_, cause, message) => {
  const systemCode = /E[A-Z]{3,}/.exec(message)?.[0];
  expect(fromNode(cause, 'cannot write', 'f')).toMatchObject({
    code: 'JUMP_IO',
    systemCode,
    message,
    cause,
  });
});

test('a mistake of the caller’s stays what it is', () => {
  for (const mistake of [
    thrown('out of range', { code: 'ERR_OUT_OF_RANGE' }),
    thrown('no error of the system (os error 0)', {}),
    thrown('of no number', {}),
  ]) {
    expect(fromNode(mistake, 'cannot write', 'f')).toBe(mistake);
  }
});
