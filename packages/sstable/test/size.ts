/** How much a page loads that reads tables: bundled for browsers, minified, compressed. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { describe, expect, test } from 'vitest';

const ENTRY = 'virtual-entry';

/** Bundles a program for browsers. */
async function bundle(source: string, conditions: readonly string[]): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root: import.meta.dirname,
    resolve: { conditions: [...conditions, 'browser', 'import'] },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id.endsWith(ENTRY) ? `${import.meta.dirname}/${ENTRY}.ts` : null),
        load: (id) => (id.endsWith(`${ENTRY}.ts`) ? source : null),
      },
    ],
    // As a page's build, not a library's: that would keep white space.
    build: {
      write: false,
      minify: true,
      modulePreload: false,
      rollupOptions: { input: ENTRY, preserveEntrySignatures: 'strict' },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (output === undefined || !('output' in output)) throw new Error('nothing was built');
  expect(output.output).toHaveLength(1);
  return output.output[0].code;
}

/** Tests the sizes of what these conditions of "exports" lead to. */
export function sizeTests(...conditions: readonly string[]): void {
  describe.each([
    { name: 'the reader', kilobytes: 25, source: "export { TableReader } from '@jump/sstable';" },
    {
      name: 'the reader with all codecs and IndexedDB’s order',
      kilobytes: 31,
      source: `export { TableReader } from '@jump/sstable';
        export { allCodecs } from '@jump/sstable/codecs';
        export { indexedDbComparator } from '@jump/sstable/indexeddb';`,
    },
  ])('$name', ({ source, kilobytes }) => {
    test(`has less than ${kilobytes} KB compressed, and no part of Node's`, async () => {
      const code = await bundle(source, conditions);
      const sizes = [gzipSync(code, { level: 9 }), brotliCompressSync(code)].map(
        (one) => one.length,
      );
      console.log(`${code.length} bytes minified, ${sizes[0]} with gzip, ${sizes[1]} with brotli`);
      for (const size of sizes) expect(size).toBeLessThan(kilobytes * 1000);
      expect(code).not.toMatch(/\bfrom\s*["']|\bimport\s*\(|\brequire\s*\(/);
      expect(code).toContain('checksum');
      expect(code).not.toMatch(/\n\s|\/\/ /);
    });
  });
}
