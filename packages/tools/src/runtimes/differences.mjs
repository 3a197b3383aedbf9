// The tests that cannot pass on a runtime, each with what that runtime lacks. What is our own bug
// is mended instead. docs/guide/runtimes.md tells what of it a program notices.

const LOCKS = 'packages/vfs/test/node-lock.dist.test.ts';
const IMPORT = 'packages/db/test/import.dist.test.ts';

/** @type {readonly import('./count.mjs').Difference[]} */
export const DIFFERENCES = [
  {
    runtimes: ['bun'],
    file: LOCKS,
    test: /^with '(perl|python3|flock)' > threads exclude each other/,
    reason: 'a thread that was terminated leaves its descriptors open, and with them such a lock',
  },
  {
    runtimes: ['bun', 'deno'],
    file: IMPORT,
    test: /./,
    reason: 'no NODE_V8_COVERAGE: nothing tells which files were loaded',
  },
];
