// Goal:   the modules that are committed are those that their sources compile to.
// Method: they are compiled again. `npm run kernel` runs this and writes the files.
import { expect, test } from 'vitest';
import { compileKernel, findCompiler, KERNELS } from './kernel-compiler.ts';

const compiler = await findCompiler();

test.skipIf(compiler === undefined).each(KERNELS)(
  'src/$file is what wasm/$name.ts compiles to (skipped without assemblyscript)',
  { timeout: 60_000 },
  async (kernel) => {
    const text = await compileKernel(compiler as NonNullable<typeof compiler>, kernel);
    await expect(text).toMatchFileSnapshot(`../src/${kernel.file}`);
  },
);
