/** The end of the running turn of the event loop, on every runtime. */

interface TurnScheduler {
  nextTick?(callback: () => void): void;
  on?(event: 'exit' | 'uncaughtExceptionMonitor', callback: () => void): void;
}

const process = (globalThis as { process?: TurnScheduler }).process;

/**
 * Calls `callback` when the running code has ended, before any other callback: by `nextTick` or a
 * microtask, whichever comes first. It may be called twice.
 */
export function afterTurn(callback: () => void): void {
  process?.nextTick?.(callback);
  queueMicrotask(callback);
}

const atExit = new Set<() => void>();
let listening = false;

/** Calls `callback` when the process exits in an orderly way; returns how to undo that. */
export function onExit(callback: () => void): () => void {
  if (!listening) {
    listening = true;
    process?.on?.('exit', callAll);
    // Deno ends for an uncaught error with no `exit`. Twice does no harm: there is nothing left then.
    if ('Deno' in globalThis) process?.on?.('uncaughtExceptionMonitor', callAll);
  }
  atExit.add(callback);
  return () => atExit.delete(callback);
}

function callAll(): void {
  let failure: { readonly error: unknown } | undefined;
  for (const one of atExit) {
    try {
      one();
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}

/** Calls `callback` once, when all microtasks of the running turn are done. */
export function afterMicrotasks(callback: () => void): void {
  if (process?.nextTick !== undefined) process.nextTick(callback);
  else setTimeout(callback, 0);
}
