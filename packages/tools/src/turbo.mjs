// Runs turbo with its telemetry off, and with this repository's own pnpm first on the PATH.
import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @param {string} path below node_modules */
const at = (path) => fileURLToPath(new URL(`../../../node_modules/${path}`, import.meta.url));

/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1' };
const path = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
env[path] = at('.bin') + delimiter + env[path];
const { status } = spawnSync(process.execPath, [at('turbo/bin/turbo'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env,
});
process.exit(status ?? 1);
