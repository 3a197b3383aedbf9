import { readFileSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Begins a run with the files that take longest, those that run a part of the fault programme, so
 * that none of them is left to itself at the end.
 */
export default class LongestFirst extends BaseSequencer {
  /** Sorts as ever, the long ones in front. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      readFileSync(moduleId, 'utf8').includes('runPart(');
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
