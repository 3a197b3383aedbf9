/**
 * Node's zlib, where there is one: three times as fast as JavaScript for large blocks. It is asked
 * for while the program runs, not imported, so that browsers and bundlers never meet it.
 */

/** The part of `node:zlib` that is used here. */
export interface NativeZlib {
  inflateSync(data: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array;
  inflateRawSync(data: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array;
  /** Only from Node 22.15 on. */
  zstdDecompressSync?(data: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array;
}

interface Host {
  readonly process?: { getBuiltinModule?(name: string): unknown };
}

/** Returns Node's zlib; `undefined` in a browser. */
export function nativeZlib(): NativeZlib | undefined {
  const { process } = globalThis as Host;
  return process?.getBuiltinModule?.('node:zlib') as NativeZlib | undefined;
}
