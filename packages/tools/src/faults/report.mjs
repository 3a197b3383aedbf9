// npm run faults:report: writes docs/reliability.md from what was recorded in docs/reliability.jsonl.
// With --check it writes nothing, and fails if the page is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../files.mjs';
import { reportOf } from './page.mjs';
import { usualCases } from './usual.mjs';

const PAGE = join(ROOT, 'docs/reliability.md');
const record = readFileSync(join(ROOT, 'docs/reliability.jsonl'), 'utf8');
const page = reportOf(record, usualCases(ROOT));
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/reliability.md is not what was recorded: npm run faults:report');
  process.exitCode = 1;
}
