/**
 * Progress of what takes longer than a second: a bar on stderr, with the rate and the time that is
 * left. Nothing is shown where stderr is no terminal, nor where the output itself scrolls by.
 */
import cliProgress from 'cli-progress';
import type { Painter } from './paint.ts';
import { bytes, count, duration } from './units.ts';

/** What is counted. */
export type Unit = 'bytes' | 'entries';

/** Work that is watched. */
export interface Progress {
  /**
   * Says how much is done, of how much; cheap enough to be called often. The total may turn out
   * otherwise than it seemed.
   */
  update(done: number, total?: number): void;
  /** Takes the bar away. */
  end(): void;
}

/** Where bars are shown. */
export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream;
  readonly paint: Painter;
  /** Whether there is anybody to look at it. */
  readonly shown: boolean;
}

/** What is over sooner shows nothing. */
const DELAY_MS = 1000;
const BAR = 24;
/** How strongly the newest second counts in the rate. */
const SMOOTHING = 0.3;

/** Begins to watch some work; the total may be unknown. */
export function startProgress(
  label: string,
  total: number | undefined,
  unit: Unit,
  options: ProgressOptions,
): Progress {
  if (!options.shown) return { update() {}, end() {} };
  return new Bar(label, total, unit, options);
}

class Bar implements Progress {
  readonly #label: string;
  readonly #unit: Unit;
  readonly #options: ProgressOptions;
  readonly #rate = new Rate();
  readonly #begin: number = performance.now();
  #total: number | undefined;
  #bar: cliProgress.SingleBar | undefined;

  constructor(label: string, total: number | undefined, unit: Unit, options: ProgressOptions) {
    this.#label = label;
    this.#total = total;
    this.#unit = unit;
    this.#options = options;
  }

  update(done: number, total: number | undefined = this.#total): void {
    const now = performance.now();
    this.#total = total;
    this.#rate.update(done, now);
    if (this.#bar === undefined) {
      if (now - this.#begin < DELAY_MS) return;
      this.#bar = this.#makeBar();
      this.#bar.start(total ?? 0, done);
    }
    if (total !== undefined && total !== this.#bar.getTotal()) this.#bar.setTotal(total);
    this.#bar.update(done);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #makeBar(): cliProgress.SingleBar {
    return new cliProgress.SingleBar({
      stream: uncut(this.#options.stream),
      format: (_options, { value }) => this.#line(value),
      // The terminal is left as it is: what a signal ends cannot put anything back.
      linewrap: true,
      hideCursor: false,
      clearOnComplete: true,
      forceRedraw: true,
    });
  }

  #line(done: number): string {
    const { paint, stream } = this.#options;
    const total = this.#total;
    const show = this.#unit === 'bytes' ? bytes : count;
    const unit = this.#unit === 'bytes' ? '' : ` ${this.#unit}`;
    const rate = `${show(Math.round(this.#rate.perSecond))}/s`;
    if (total === undefined) {
      const elapsed = duration((performance.now() - this.#begin) / 1000);
      return `${this.#label}  ${show(done)}${unit}  ${paint.dim(`${rate}  ${elapsed}`)}`;
    }
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const percent = `${String(Math.floor(100 * share)).padStart(3)}%`;
    const amount = `${show(done)} of ${show(total)}${unit}`;
    const speed = `${rate}  ${this.#left(total - done)}`;
    // A line that the terminal breaks cannot be drawn over: the bar takes what is left of it.
    const columns = (stream as { columns?: number }).columns ?? 80;
    const taken = [this.#label, percent, amount, speed].reduce(
      (sum, { length }) => sum + length,
      9,
    );
    const width = Math.max(0, Math.min(BAR, columns - taken));
    const full = Math.round(width * share);
    const bar = paint.cyan('█'.repeat(full)) + paint.dim('░'.repeat(width - full));
    return `${this.#label}  ${bar} ${percent}  ${amount}  ${paint.dim(speed)}`;
  }

  #left(remaining: number): string {
    const { perSecond } = this.#rate;
    if (perSecond === 0) return '';
    return `${duration(Math.max(0, remaining) / perSecond)} left`;
  }
}

/**
 * The stream, as if it had room for anything: the library cuts a line at the width of the terminal,
 * counting what only makes colours.
 */
function uncut(stream: NodeJS.WritableStream): NodeJS.WritableStream {
  const wide = { isTTY: true, columns: 2 ** 20, write: stream.write.bind(stream) };
  return wide as Partial<NodeJS.WritableStream> as NodeJS.WritableStream;
}

/** How fast something goes: the newest seconds count most. */
class Rate {
  perSecond = 0;
  #at: number | undefined;
  #done = 0;

  update(done: number, now: number): void {
    if (this.#at === undefined) {
      this.#at = now;
      this.#done = done;
      return;
    }
    const seconds = (now - this.#at) / 1000;
    if (seconds < 0.2) return;
    const current = (done - this.#done) / seconds;
    const weight = this.perSecond === 0 ? 1 : 1 - (1 - SMOOTHING) ** seconds;
    this.perSecond += weight * (current - this.perSecond);
    this.#at = now;
    this.#done = done;
  }
}
