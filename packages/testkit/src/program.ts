/** How a process of its own, of the runtime that runs the tests, is given the text of a module. */
export function programWords(text: string): string[] {
  // Deno takes `-e` for Node's, but always as a script.
  return 'Deno' in globalThis ? ['eval', text] : ['--input-type=module', '-e', text];
}
