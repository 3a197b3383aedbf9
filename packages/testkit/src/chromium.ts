/** Debian's Chromium, without a window. */
import { spawnSync } from 'node:child_process';

/** Whether there is one. Starts it to find out. */
export function findChromium(): boolean {
  return spawnSync('chromium', ['--version']).status === 0;
}

/** What it is started with: a folder that is its own, `more` options, a page. */
export function chromiumWords(profile: string, more: readonly string[], page: string): string[] {
  return [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-extensions',
    '--disable-background-networking',
    '--no-first-run',
    `--user-data-dir=${profile}`,
    ...more,
    page,
  ];
}
