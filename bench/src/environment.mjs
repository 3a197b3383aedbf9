/** The machine, and what is measured on it. */
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { nativeVersion } from './native.mjs';
import { peerVersion } from './peers.mjs';
import { buildOfJumpdb } from './stores.mjs';

/** Describes the machine, in a line. */
export function machine() {
  const [{ model } = { model: 'a processor' }] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  return `${cpus().length} × ${model.trim()}, ${memory}, ${type()} ${release()}`;
}

/** Names the commit that is measured, with a plus if files differ from it. */
export function commit() {
  try {
    const hash = git(['rev-parse', '--short=10', 'HEAD']);
    const changed = git(['status', '--porcelain', '--untracked-files=no', '--', 'packages']);
    return changed === '' ? hash : `${hash}+`;
  } catch {
    return 'unknown';
  }
}

/** @param {string[]} command */
function git(command) {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  return execFileSync('git', command, { cwd, encoding: 'utf8' }).trim();
}

/**
 * Tells an engine's version; `undefined` if it is not there.
 * @param {import('./engine.mjs').EngineEntry} engine
 * @returns {string | undefined}
 */
export function versionOf(engine) {
  switch (engine.kind) {
    case 'jumpdb':
      return buildOfJumpdb();
    case 'native':
      return nativeVersion();
    case 'disk':
      return '1';
    default:
      return peerVersion(engine.peer ?? engine.name);
  }
}
