/** Serves the built site, and has Debian's Chromium look at its pages. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { chromiumWords, findChromium } from '@jump/testkit';

/** Whether there is one. */
export const hasChromium: boolean = findChromium();

/** As on a phone, where they take no room. */
const NO_SCROLLBARS = ['--hide-scrollbars'];

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** In front of each page's own programs: keeps what goes wrong. */
const LISTENER = `<script>
  window.errors = [];
  addEventListener('error', ({ message, target }) =>
    errors.push(message ?? \`cannot load \${target.src ?? target.href}\`), true);
  addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)));
  for (const name of ['error', 'warn']) console[name] = (...words) => errors.push(words.join(' '));
</script>`;

/** What the pages are looked at in. */
const WIDTHS = [1280, 360];

/** Lists the pages of a built site, as they are linked to. */
export function pagesOf(site: string): string[] {
  return readdirSync(site, { recursive: true, encoding: 'utf8' })
    .map((file) => `/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.html'))
    .map((file) => file.replace(/\.html$/, '').replace(/\/index$/, '/'))
    .sort();
}

/** Shows pages in Chromium, in each width; returns what is wrong, a line each. */
export async function lookAt(site: string, pages: readonly string[]): Promise<string[]> {
  const task = JSON.stringify({ pages, widths: WIDTHS, side: 4 });
  let tell: (found: string[]) => void = () => {};
  const found = new Promise<string[]>((resolve) => {
    tell = resolve;
  });
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent((request.url ?? '/').replace(/[?#].*/, ''));
    if (path === '/--found') {
      tell(JSON.parse(await bodyOf(request)));
      response.end();
    } else if (path === '/--task') response.end(task);
    else if (path === '/--driver') send(response, join(import.meta.dirname, 'driver.html'));
    else sendPage(response, site, path);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    return await browse(`http://127.0.0.1:${port}/--driver`, found);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  return body;
}

function send(response: ServerResponse, file: string, inFront = ''): void {
  response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
  const bytes = readFileSync(file);
  response.end(inFront === '' ? bytes : bytes.toString().replace('<head>', `<head>${inFront}`));
}

/** Sends a file of the site, a page also without its `.html`; what is not there is said to be so. */
function sendPage(response: ServerResponse, site: string, path: string): void {
  const names = path.endsWith('/') ? [`${path}index.html`] : [path, `${path}.html`];
  const name = names.find((one) => extname(one) !== '' && existsSync(join(site, one)));
  if (name === undefined) response.writeHead(404).end();
  else send(response, join(site, name), name.endsWith('.html') ? LISTENER : '');
}

/** Opens an address in a browser of its own, until the answer is there. */
async function browse<T>(url: string, answer: Promise<T>): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), 'jumpdb-site-'));
  const child = spawn('chromium', chromiumWords(profile, NO_SCROLLBARS, url), {
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: profile },
  });
  const ended = once(child, 'exit');
  try {
    const tooEarly = ended.then(([code]) => {
      throw new Error(`Chromium ended with ${code} before it had seen all pages`);
    });
    return await Promise.race([answer, tooEarly]);
  } finally {
    child.kill('SIGTERM');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 50, retryDelay: 20 });
  }
}
