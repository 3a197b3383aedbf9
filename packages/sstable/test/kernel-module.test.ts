// Goal:   the module that is committed is the one that its source compiles to.
// Method: it is compiled again. `npm run kernel` runs this and writes the file.
import { expect, test } from 'vitest';
import { compileKernel, findCompiler } from './kernel-compiler.ts';

const compiler = await findCompiler();

test.skipIf(compiler === undefined)(
  'src/kernel-module.ts is what wasm/kernel.ts compiles to (skipped without assemblyscript)',
  { timeout: 60_000 },
  async () => {
    const text = await compileKernel(compiler as NonNullable<typeof compiler>);
    await expect(text).toMatchFileSnapshot('../src/kernel-module.ts');
  },
);
