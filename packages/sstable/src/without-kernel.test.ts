// Goal:   where WebAssembly is missing or refused everything works as it does with it.
// Method: the suites that read and write tables run once more, in an engine that has none; a module
//         decides once, so this needs a file of its own.
import { expect, test, vi } from 'vitest';

vi.stubGlobal('WebAssembly', undefined);
const { kernelFor } = await import('./block-kernel.ts');

test('there is no kernel', () => {
  expect(kernelFor(0)).toBeUndefined();
});

await import('./hostile.test.ts');
await import('./golden.test.ts');
await import('./damage.test.ts');
await import('./writer.test.ts');
await import('./reader.test.ts');
