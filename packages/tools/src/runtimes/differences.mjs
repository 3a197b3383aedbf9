// The tests that cannot pass on a runtime, each with what that runtime lacks. What is our own bug
// is mended instead. docs/guide/runtimes.md tells what of it a program notices.

/** @type {readonly import('./count.mjs').Difference[]} */
export const DIFFERENCES = [];
