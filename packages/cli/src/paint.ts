/** Colours, where they are wanted. */
import type { WriteStream } from 'node:tty';
import pc from 'picocolors';

/** Paints text, or leaves it as it is. */
export type Painter = ReturnType<typeof pc.createColors>;

/**
 * Makes the painter of a stream: colours for a terminal, unless `NO_COLOR` is set (no-color.org) or
 * the terminal is dumb; `FORCE_COLOR` wants them everywhere.
 */
export function painter(
  stream: NodeJS.WritableStream,
  env: Readonly<Record<string, string | undefined>>,
): Painter {
  return pc.createColors(wantsColour(stream as Partial<WriteStream>, env));
}

function wantsColour(
  stream: Partial<WriteStream>,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const { NO_COLOR = '', FORCE_COLOR = '', TERM } = env as Record<string, string | undefined>;
  if (NO_COLOR !== '') return false;
  if (FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && TERM !== 'dumb';
}
