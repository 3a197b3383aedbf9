/**
 * Starting the kernel, `wasm/kernel.ts`: three to four times as fast as JavaScript. Where it cannot
 * be had everything is done without it, to the same end.
 */
import { KERNEL_MODULE } from './kernel-module.ts';

interface Constant {
  readonly value: number;
}

/** What the module exports; places are addresses in its memory. */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly INPUT: Constant;
  readonly OUTPUT: Constant;
  readonly CAPACITY: Constant;
  readonly KEY: Constant;
  readonly KEY_CAPACITY: Constant;
  readonly RESULT: Constant;
  readonly LAST_KEY: Constant;
  readonly RING: Constant;
  crc32c(start: number, end: number): number;
  decompress(start: number, size: number): number;
  compress(size: number): number;
  admit(record: number, trailer: number, ordered: number): number;
  contents(record: number): number;
  find(record: number, userEnd: number, trailer: number, whole: number): number;
}

/** What is used of what every engine has, though it is no part of the language. */
interface Engine {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
  atob(base64: string): string;
}

/** The compiled modules, by their text; `null` once it is known that there are none. */
let compiled: Map<string, object> | null = new Map();

/** Makes an instance with memory of its own; the first of a thread takes about a millisecond. */
export function startKernel(): KernelExports | undefined {
  return instantiate(KERNEL_MODULE) as KernelExports | undefined;
}

/** Makes an instance of a module, given in base64; returns what it exports. */
export function instantiate(text: string): unknown {
  const { WebAssembly, atob } = globalThis as unknown as Engine;
  if (compiled === null) return undefined;
  try {
    let module = compiled.get(text);
    if (module === undefined) {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      module = new WebAssembly.Module(bytes);
      compiled.set(text, module);
    }
    return new WebAssembly.Instance(module).exports;
  } catch {
    // None here, refused by a page's security policy, without instructions on 128 bits; or no more
    // memory of this kind.
    if (compiled.size === 0) compiled = null;
    return undefined;
  }
}
