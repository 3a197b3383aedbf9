// Goal:   a bar with rate and remaining time for what takes longer than a second, on a terminal, in
//         one line of it; nothing anywhere else.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Kept } from '../test/jump.ts';
import { Context } from './context.ts';
import { painter } from './paint.ts';
import { startProgress } from './progress.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => vi.useRealTimers());

const ESCAPES = new RegExp(`${String.fromCharCode(27)}(\\[[\\d;?]*[A-Za-z]|[78])`, 'g');

/** What the last drawing looks like, without what moves the cursor or colours. */
function lastLine(stream: Kept): string {
  return stream.text.replace(ESCAPES, '\n').split('\n').filter(Boolean).at(-1) ?? '';
}

/** Lets `seconds` pass, in which `each` more is done ten times a second. */
function work(
  progress: ReturnType<typeof startProgress>,
  seconds: number,
  perSecond: number,
  begin = 0,
): number {
  let done = begin;
  for (let i = 0; i < 10 * seconds; i++) {
    vi.advanceTimersByTime(100);
    done += perSecond / 10;
    progress.update(done);
  }
  return done;
}

describe('on a terminal', () => {
  test('what takes a second shows nothing; what takes longer shows a bar', () => {
    const stream = new Kept({ columns: 100 });
    const paint = painter(stream, { NO_COLOR: '1' });
    const progress = startProgress('reading', 40e6, 'bytes', { stream, paint, shown: true });
    let done = work(progress, 0.9, 4e6);
    expect(stream.text).toBe('');
    done = work(progress, 4.1, 4e6, done);
    expect(lastLine(stream)).toMatch(
      /^reading {2}█{12}░{12} {2}(49|50)% {2}(19|20)\.\d MB of 40\.0 MB {2}4\.0 MB\/s {2}5\.\d s left$/,
    );
    progress.end();
    // The line is given back.
    expect(stream.text.endsWith('\u001b[2K') || stream.text.endsWith('\u001b[0K')).toBe(true);
  });

  test('the bar gives way where the terminal is narrow, and is gone where there is no room', () => {
    for (const [columns, width] of [
      [66, 6],
      [40, 0],
    ] as const) {
      const stream = new Kept({ columns });
      const paint = painter(stream, { NO_COLOR: '1' });
      const progress = startProgress('reading', 40e6, 'bytes', { stream, paint, shown: true });
      work(progress, 5, 4e6);
      const line = lastLine(stream);
      expect(line.match(/[█░]/g)?.length ?? 0).toBeGreaterThanOrEqual(width);
      if (width > 0) expect(line.length).toBeLessThanOrEqual(columns);
      progress.end();
    }
  });

  test('without a total it counts, and tells the time', () => {
    const stream = new Kept({ columns: 100 });
    const paint = painter(stream, { NO_COLOR: '1' });
    const progress = startProgress('importing', undefined, 'entries', {
      stream,
      paint,
      shown: true,
    });
    work(progress, 65, 1000);
    expect(lastLine(stream)).toMatch(/^importing {2}6\d,\d+ entries {2}1,000\/s {2}1:0\d$/);
    progress.end();
  });

  test('a rate that changes is soon the new one', () => {
    const stream = new Kept({ columns: 100 });
    const paint = painter(stream, { NO_COLOR: '1' });
    const progress = startProgress('reading', 1e9, 'bytes', { stream, paint, shown: true });
    const done = work(progress, 10, 10e6);
    work(progress, 20, 1e6, done);
    expect(lastLine(stream)).toMatch(/ 1\.0 MB\/s /);
    progress.end();
  });
});

test('elsewhere there is nothing, nor where the output itself scrolls by', () => {
  const shown = (stdout: Kept, stderr: Kept, prints: boolean): boolean => {
    const context = new Context({ stdout, stderr, env: {} });
    const progress = context.progress('reading', 100, 'entries', prints);
    work(progress, 3, 10);
    progress.end();
    expect(stdout.text).toBe('');
    return stderr.text !== '';
  };
  const terminal = (): Kept => new Kept({ columns: 80 });
  expect(shown(new Kept(), new Kept(), false)).toBe(false);
  expect(shown(new Kept(), terminal(), true)).toBe(true);
  expect(shown(terminal(), terminal(), false)).toBe(true);
  expect(shown(terminal(), terminal(), true)).toBe(false);
});

test('colours are for terminals, unless somebody says otherwise', () => {
  const paints = (stream: Kept, env: Record<string, string>): boolean =>
    painter(stream, env).red('x') !== 'x';
  const terminal = new Kept({ columns: 80 });
  expect(paints(terminal, {})).toBe(true);
  expect(paints(new Kept(), {})).toBe(false);
  expect(paints(terminal, { NO_COLOR: '1' })).toBe(false);
  expect(paints(terminal, { NO_COLOR: '' })).toBe(true);
  expect(paints(terminal, { TERM: 'dumb' })).toBe(false);
  expect(paints(new Kept(), { FORCE_COLOR: '1' })).toBe(true);
  expect(paints(terminal, { FORCE_COLOR: '0' })).toBe(false);
  expect(paints(terminal, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
});
