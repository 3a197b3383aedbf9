/** Debian's Chromium, without a window, driven over its debugging pipe. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { inflateSync } from 'node:zlib';
import { chromiumWords, findChromium } from '@jump/testkit';

/** Whether there is one. */
export const hasChromium: boolean = findChromium();

const OPTIONS = ['--hide-scrollbars', '--remote-debugging-pipe'];

/** A picture: four bytes a pixel. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** The colour of a pixel, as CSS says it. */
  at(x: number, y: number): string;
}

/** A browser with one page. */
export class Browser {
  readonly #profile: string = mkdtempSync(join(tmpdir(), 'jump-cli-chromium-'));
  readonly #process: ChildProcess;
  readonly #input: Writable;
  readonly #waiting = new Map<number, (answer: { result?: unknown; error?: unknown }) => void>();
  #calls = 0;
  #session = '';
  #rest = '';

  constructor() {
    const args = chromiumWords(this.#profile, OPTIONS, 'about:blank');
    // What is killed leaves temporary files.
    this.#process = spawn('chromium', args, {
      env: { ...process.env, TMPDIR: this.#profile },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#input = this.#process.stdio[3] as Writable;
    const output = this.#process.stdio[4] as Readable;
    output.setEncoding('utf8');
    output.on('data', (text: string) => this.#take(text));
  }

  /** Shows a file in a window of that width, in light or dark colours. */
  async show(file: string, width: number, scheme: 'light' | 'dark'): Promise<void> {
    if (this.#session === '') await this.#attach();
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.#call('Emulation.setEmulatedMedia', { features });
    const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
    await this.#call('Emulation.setDeviceMetricsOverride', metrics);
    await this.#call('Page.navigate', { url: `file://${file}` });
    while ((await this.evaluate('document.readyState + location.protocol')) !== 'completefile:') {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Runs an expression in the page; its value must survive JSON. */
  async evaluate(expression: string): Promise<unknown> {
    const options = { expression, returnByValue: true, awaitPromise: true };
    const { result } = (await this.#call('Runtime.evaluate', options)) as {
      result: { value: unknown };
    };
    return result.value;
  }

  /** Takes a picture of the whole page. */
  async picture(): Promise<Picture> {
    const [width, height] = (await this.evaluate(
      '[document.documentElement.scrollWidth, document.documentElement.scrollHeight]',
    )) as [number, number];
    const clip = { x: 0, y: 0, width, height, scale: 1 };
    const { data } = (await this.#call('Page.captureScreenshot', {
      clip,
      captureBeyondViewport: true,
    })) as { data: string };
    return decodePng(Buffer.from(data, 'base64'));
  }

  /** Ends the browser, with the processes that it started: they write into its profile too. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#killAll('SIGTERM');
    await ended;
    this.#killAll('SIGKILL');
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 50, retryDelay: 20 });
  }

  #killAll(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#process;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      // ESRCH: none is left.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  async #attach(): Promise<void> {
    const { targetInfos } = (await this.#call('Target.getTargets')) as {
      targetInfos: { type: string; targetId: string }[];
    };
    const targetId = targetInfos.find(({ type }) => type === 'page')?.targetId;
    const attached = await this.#call('Target.attachToTarget', { targetId, flatten: true });
    this.#session = (attached as { sessionId: string }).sessionId;
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#calls;
    const session = this.#session === '' ? {} : { sessionId: this.#session };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${JSON.stringify(error)}`));
      });
      this.#input.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
  }

  #take(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) {
      const answer = JSON.parse(message) as { id?: number; result?: unknown; error?: unknown };
      const taken = answer.id === undefined ? undefined : this.#waiting.get(answer.id);
      if (answer.id !== undefined) this.#waiting.delete(answer.id);
      taken?.(answer);
    }
  }
}

/** Decodes a PNG of eight bits a channel that is not interlaced: what Chromium makes. */
function decodePng(png: Buffer): Picture {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const channels = png[25] === 6 ? 4 : 3;
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const start = at + 8;
    if (png.toString('latin1', at + 4, start) === 'IDAT') {
      parts.push(png.subarray(start, start + png.readUInt32BE(at)));
    }
  }
  const lines = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const pixels = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < channels ? 0 : pixels[at - channels]!;
      const up = y === 0 ? 0 : pixels[at - stride]!;
      const corner = x < channels || y === 0 ? 0 : pixels[at - stride - channels]!;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
      pixels[at] = lines[y * (stride + 1) + 1 + x]! + guess;
    }
  }
  return {
    width,
    height,
    at(x, y) {
      const at = Math.round(y) * stride + Math.round(x) * channels;
      return `rgb(${pixels[at]}, ${pixels[at + 1]}, ${pixels[at + 2]})`;
    },
  };
}

/** The nearest of three neighbours (PNG's fourth filter). */
function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
