/** Compiles the WebAssembly modules to the text of TypeScript files. */
import { readFileSync } from 'node:fs';

const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];

/** A module: its source, and how much memory it has at first, in pages of 64 KiB. */
export interface KernelSource {
  readonly name: string;
  readonly constant: string;
  readonly pages: number;
}

/** The modules. Their memory reaches up to what the sources call the ring, and the slots. */
export const KERNELS: readonly (KernelSource & { readonly file: string })[] = [
  { name: 'kernel', constant: 'KERNEL_MODULE', pages: 53, file: 'kernel-module.ts' },
  { name: 'merge', constant: 'MERGE_MODULE', pages: 13, file: 'merge/merge-module.ts' },
];

/** Returns the compiler, or `undefined` if it is not installed. */
export async function findCompiler(): Promise<typeof import('assemblyscript/asc') | undefined> {
  return await import('assemblyscript/asc').catch(() => undefined);
}

/** Returns the text of the generated file. */
export async function compileKernel(
  compiler: typeof import('assemblyscript/asc'),
  { name: source, constant, pages }: KernelSource,
): Promise<string> {
  let module: Uint8Array = new Uint8Array(0);
  const words = [`${source}.ts`, '-o', 'kernel.wasm', ...OPTIONS, '--initialMemory', `${pages}`];
  const { error, stderr } = await compiler.main(words, {
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
  return `/** The WebAssembly module of \`wasm/${source}.ts\`; written by \`npm run kernel\`. */

/** ${module.length} bytes, in base64: nothing is to be fetched, and no bundler has to know. */
export const ${constant}: string =
  '${Buffer.from(module).toString('base64')}';
`;
}
