// Goal: a failure of the system is told from a mistake of the caller's, whatever a runtime says.
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
])('what %s throws for the system', (_, cause, message) => {
  const systemCode = 'code' in cause ? cause.code : '';
  expect(fromNode(cause, 'cannot write', 'f')).toMatchObject({
    code: 'JUMP_IO',
    systemCode,
    message,
    cause,
  });
});

test('a mistake of the caller’s stays what it is', () => {
  const mistake = thrown('out of range', { code: 'ERR_OUT_OF_RANGE' });
  expect(fromNode(mistake, 'cannot write', 'f')).toBe(mistake);
});
