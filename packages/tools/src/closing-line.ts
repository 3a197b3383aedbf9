import type { Reporter, TestModule } from 'vitest/node';

/** Prints `N passed, N failed` alone on the last line of a run, after the usual summary. */
export default class ClosingLine implements Reporter {
  /** Counts the tests; a file that cannot be loaded, or an error outside a test, is a failure. */
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      if (module.errors().length > 0) failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        if (state === 'failed') failed++;
      }
    }
    process.once('exit', () => console.log(`${passed} passed, ${failed} failed`));
  }
}
