import { expect, test } from 'vitest';
import { caught } from '../test/vfs-contract.ts';
import { nodeVfs } from './no-node-vfs.ts';

test('every call says that there is no such file system here, and what there is', () => {
  const bytes = expect.objectContaining({
    code: 'JUMP_UNSUPPORTED',
    message: expect.stringContaining('memoryVfs'),
  });
  expect(caught(() => nodeVfs.open('file', 'read'))).toEqual(bytes);
  expect(caught(() => nodeVfs.stat('file'))).toEqual(bytes);
  expect(caught(() => nodeVfs.lock('.'))).toEqual(bytes);
  expect(Object.values(nodeVfs.capabilities)).not.toContain(true);
});
