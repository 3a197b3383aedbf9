/** How a process of its own, of the runtime that runs the tests, is given the text of a module. */
export function programWords(text: string): string[] {
  // Deno takes `-e` for Node's, but always as a script.
  return 'Deno' in globalThis ? ['eval', text] : ['--input-type=module', '-e', text];
}

/**
 * What stands behind the runtime's name where another program starts it, which knows nothing of how
 * it is told to run a script.
 * @param flags - flags of V8
 */
export function scriptWords(script: string, flags: readonly string[] = []): string[] {
  if (!('Deno' in globalThis)) return [...flags, script];
  return ['run', '-A', ...(flags.length > 0 ? [`--v8-flags=${flags.join()}`] : []), script];
}

/**
 * What a shell does to limit the size of files, in blocks of 512 bytes. The kernel sends a signal,
 * too, which Node and Bun ignore by themselves; a Deno that was not started so is ended by it.
 */
export function limitFileSize(blocks: number): string {
  return `${'Deno' in globalThis ? "trap '' XFSZ; " : ''}ulimit -f ${blocks}`;
}
