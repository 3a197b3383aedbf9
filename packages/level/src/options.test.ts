import { memoryVfs } from '@jump/db';
import { expect, test } from 'vitest';
import { storeOptions } from './options.ts';

const bytes = { keyEncoding: 'bytes', valueEncoding: 'bytes' };

test("Level's options have their names of JumpDB's", () => {
  const found = storeOptions({
    createIfMissing: false,
    errorIfExists: true,
    compression: false,
    cacheSize: 1,
    writeBufferSize: 2,
    blockSize: 3,
    maxOpenFiles: 4,
    maxFileSize: 5,
    keyEncoding: 'json',
    valueEncoding: 'hex',
  } as object);
  expect(found).toEqual({
    createIfMissing: false,
    errorIfExists: true,
    compression: 'none',
    cacheSize: 1,
    memtableSize: 2,
    blockSize: 3,
    maxOpenFiles: 4,
    tableSize: 5,
    ...bytes,
  });
});

test('what is not said is left to JumpDB', () => {
  for (const options of [{}, { compression: true }, { jump: undefined }]) {
    const said = Object.entries(storeOptions(options)).filter(([, value]) => value !== undefined);
    expect(Object.fromEntries(said)).toEqual(bytes);
  }
});

test("JumpDB's own options win, but for the encodings, which are Level's", () => {
  const vfs = memoryVfs();
  const jump = { vfs, cacheSize: 7, compression: 'snappy', keyEncoding: 'json' } as const;
  const found = storeOptions({ cacheSize: 1, compression: false, jump });
  expect(found).toMatchObject({ vfs, cacheSize: 7, compression: 'snappy', ...bytes });
});
