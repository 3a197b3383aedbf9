import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { ROOT } from '../files.mjs';
import type { Outcome } from './count.mjs';

/** Writes what became of every test, as JSON, into the file that `JUMP_OUTCOMES` names. */
export default class Outcomes implements Reporter {
  /** A test that never ended, as when its process died, failed; so did a file that did not load. */
  onTestRunEnd(modules: readonly TestModule[], errors: readonly { message: string }[]): void {
    const outcomes: Outcome[] = errors.map(({ message }) => ({
      file: '',
      test: 'outside of all tests',
      state: 'failed',
      message,
    }));
    for (const module of modules) {
      const file = relative(ROOT, module.moduleId).replaceAll('\\', '/');
      for (const { message } of module.errors()) {
        outcomes.push({ file, test: 'the file itself', state: 'failed', message });
      }
      for (const test of module.children.allTests()) {
        const { state, errors: found = [] } = test.result();
        outcomes.push({
          file,
          test: test.fullName,
          state: state === 'pending' ? 'failed' : state,
          message: state === 'pending' ? 'never ended' : (found[0]?.message ?? ''),
        });
      }
    }
    writeFileSync(process.env['JUMP_OUTCOMES'] ?? 'outcomes.json', JSON.stringify(outcomes));
  }
}
