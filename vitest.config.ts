import { availableParallelism } from 'node:os';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import LongestFirst from './packages/tools/src/longest-first.ts';
import { markdownTests } from './packages/tools/src/md-tests.ts';

// Tests run the packages' TypeScript sources, through the "@jump/source" export condition, with no
// build; tests of workers and child processes (`*.dist.test.ts`) run what is published, `dist`.
const source = { ssr: { resolve: { conditions: ['@jump/source', ...defaultServerConditions] } } };

export default defineConfig({
  test: {
    reporters: ['default', './packages/tools/src/closing-line.ts'],
    // Also where there are two processors only: the longest tests wait for processes of their own.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...source,
        test: {
          name: 'node',
          include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: ['**/*.dist.test.ts'],
        },
      },
      {
        test: {
          name: 'dist',
          include: ['{packages/*,bench,docs}/test/**/*.dist.test.ts'],
        },
      },
      {
        ...source,
        plugins: [markdownTests()],
        test: {
          name: 'docs',
          // Examples change the directory: one that is still running would disturb the next.
          testTimeout: 60_000,
          include: [
            'README.md',
            'docs/index.md',
            'docs/guide/**/*.md',
            'docs/{drawings,examples/import}/*.test.ts',
            'packages/*/README.md',
          ],
        },
      },
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**'], reporter: ['text'] },
  },
});
