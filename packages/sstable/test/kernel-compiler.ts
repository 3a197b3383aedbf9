/** Compiles `wasm/kernel.ts` to the text of `src/kernel-module.ts`. */
import { readFileSync } from 'node:fs';

const OPTIONS = [
  ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
  // In pages of 64 KiB, up to what the source calls the ring.
  ['--initialMemory', '53'],
].flat();

/** Returns the compiler, or `undefined` if it is not installed. */
export async function findCompiler(): Promise<typeof import('assemblyscript/asc') | undefined> {
  return await import('assemblyscript/asc').catch(() => undefined);
}

/** Returns the text of the generated file. */
export async function compileKernel(
  compiler: typeof import('assemblyscript/asc'),
): Promise<string> {
  let module: Uint8Array = new Uint8Array(0);
  const { error, stderr } = await compiler.main(['kernel.ts', '-o', 'kernel.wasm', ...OPTIONS], {
    readFile(name) {
      // The compiler appends the extension that our imports already have.
      const file = /^([a-z0-9]+)\.ts(\.ts)?$/.exec(name)?.[1];
      if (file === undefined) return null;
      return readFileSync(new URL(`../wasm/${file}.ts`, import.meta.url), 'utf8');
    },
    writeFile(name, contents) {
      if (name === 'kernel.wasm') module = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error !== null) throw new Error(stderr.toString(), { cause: error });
  return `/** The WebAssembly module of \`wasm/kernel.ts\`; written by \`npm run kernel\`. */

/** ${module.length} bytes, in base64: nothing is to be fetched, and no bundler has to know. */
export const KERNEL_MODULE: string =
  '${Buffer.from(module).toString('base64')}';
`;
}
