// When, where and on what something was run.
import { execFileSync } from 'node:child_process';
import { ROOT } from '../files.mjs';

/** The date, the commit, `+` behind it if files were changed since, and what ran it. */
export function stamp() {
  /** @param {string[]} args */
  const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'packages') !== '';
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: git('rev-parse', '--short=10', 'HEAD') + (changed ? '+' : ''),
    on: `node ${process.version}, ${process.platform} ${process.arch}`,
  };
}
