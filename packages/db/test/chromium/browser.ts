/** Has Debian's Chromium show a page that writes, and says so by a request to `/done`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromiumWords, findChromium } from '@jump/testkit';

/** Whether there is one. */
export const hasChromium: boolean = findChromium();

/** IndexedDB in LevelDB, which is what this is about. */
const OPTIONS = ['--disable-features=IdbSqliteBackingStore,IdbSqliteOnDiskRollout'];

/** A page on a port of its own, which stays: databases belong to host and port. */
export class Page {
  readonly #server: Server;
  #onDone: (text: string) => void = () => {};

  constructor() {
    const page = readFileSync(join(import.meta.dirname, 'page.html'));
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(request.url === '/' ? page : '');
        if (request.url === '/done') this.#onDone(body);
      });
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Where the page's IndexedDB lies in a profile. */
  get databaseName(): string {
    return `http_127.0.0.1_${this.#port}.indexeddb.leveldb`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Shows the page; calls `whileOpen` when it has written all, then ends the browser in peace. */
  async show(profile: string, whileOpen: () => void = () => {}): Promise<string> {
    const done = new Promise<string>((resolve) => {
      this.#onDone = resolve;
    });
    const url = `http://127.0.0.1:${this.#port}/`;
    const child: ChildProcess = spawn('chromium', chromiumWords(profile, OPTIONS, url), {
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: profile },
    });
    const ended = once(child, 'exit');
    const result = await Promise.race([done, ended.then(() => 'ended before it was done')]);
    try {
      whileOpen();
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
    return result;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
