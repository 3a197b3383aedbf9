// Goal:   a page whose security policy forbids compiling still reads and writes tables.
// Method: an engine that throws what browsers throw.
import { expect, test, vi } from 'vitest';
import { sample, tryReading } from '../test/reading.ts';
import { tableBytes } from '../test/tables.ts';
import { kernelFor } from './block-kernel.ts';

test('a refusal is no error', () => {
  let asked = 0;
  vi.stubGlobal('WebAssembly', {
    Module: class {
      constructor() {
        asked++;
        throw new Error('violates the following Content Security Policy directive');
      }
    },
  });
  expect(kernelFor(0)).toBeUndefined();
  const bytes = tableBytes(sample(), { keys: 'internal', compression: 'snappy' });
  expect(tryReading(bytes, 'internal')).toBeTypeOf('string');
  expect(asked).toBe(1);
});
