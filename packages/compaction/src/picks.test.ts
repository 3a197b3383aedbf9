// Goal:   the strategies decide as ../testdata says, and what they decide can be done without harm.
// Method: text files of cases (see ../testdata/README.md); checkPick() looks at every pick on the way.
import { dataDriven } from '@jump/testkit';
import { runCase } from '../test/pick-script.ts';

for (const name of [
  'level-zero',
  'leveled',
  'tiered',
  'full',
  'tombstones',
  'manual',
  'reads',
  'check-pick',
]) {
  dataDriven(new URL(`../testdata/${name}.txt`, import.meta.url), runCase);
}
