/** `jump checkpoint`: a copy of a store that can be opened. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { type Reading, type Recovery, reading } from '../stores.ts';
import { bytes, counted, duration } from '../units.ts';

/** Options of `jump checkpoint`. */
export interface CheckpointOptions {
  readonly recovery: Recovery;
}

/** How often the copy is measured. */
const LOOK_MS = 300;

/** Copies a store, which may be in use and is not written to; given up, nothing is left of it. */
export async function checkpoint(
  context: Context,
  directory: string,
  target: string,
  options: CheckpointOptions,
): Promise<number> {
  const begin = performance.now();
  await interruptible((signal) =>
    reading(context, directory, options.recovery, async (db) => {
      // What closes the store gives its checkpoint up.
      signal.addEventListener('abort', () => db.close());
      await watched(context, db, target, db.checkpoint(target));
    }),
  );
  const copied = await measure(target);
  if (context.json) context.printJson({ target, ...copied });
  else {
    await context.note(
      `copied ${directory} to ${target}: ${counted(copied.files, 'file')}, ` +
        `${bytes(copied.bytes)}, ${duration((performance.now() - begin) / 1000)}`,
    );
  }
  return EXIT.ok;
}

/** Shows how the copy grows. */
async function watched(
  context: Context,
  db: Reading,
  target: string,
  made: Promise<void>,
): Promise<void> {
  const total = db.stats().levels.reduce((sum, level) => sum + level.bytes, 0);
  const progress = context.progress('copying', total, 'bytes');
  const look = setInterval(() => {
    void measure(target).then((copied) => progress.update(copied.bytes));
  }, LOOK_MS);
  try {
    await made;
  } finally {
    clearInterval(look);
    progress.end();
  }
}

/** Files of a directory and their bytes; what vanishes meanwhile does not count. */
async function measure(directory: string): Promise<{ files: number; bytes: number }> {
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(
    names.map(
      async (name) => (await stat(join(directory, name)).catch(() => undefined))?.size ?? 0,
    ),
  );
  return { files: names.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
