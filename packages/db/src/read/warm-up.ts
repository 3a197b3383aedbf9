/**
 * Opens the tables of a store that was opened without reading them: a few at a time, while nothing
 * else is to be done, so that no read has to wait for it, and damage is known soon.
 */
import type { TableMeta } from '@jump/manifest';
import type { Store } from '../store.ts';

/** What one turn of the event loop may spend. */
const STEP_MS = 1;

interface Immediates {
  setImmediate(callback: () => void): { unref?(): void };
}

/** Begins; keeps no process alive. Damage becomes a background error. */
export function warmUp(store: Store): void {
  const { setImmediate } = globalThis as unknown as Immediates;
  const left = store.version.levels.flat();
  const later = (): void => setImmediate(step).unref?.();
  const step = (): void => {
    const end = performance.now() + STEP_MS;
    const live = liveNumbers(store);
    while (!store.closed && performance.now() < end) {
      const table = left.pop();
      if (table === undefined || store.tables.full) return;
      if (live.has(table.number)) openTable(store, table);
    }
    if (!store.closed) later();
  };
  later();
}

/** Tables that were merged meanwhile are gone. */
function liveNumbers(store: Store): Set<number> {
  const live = new Set<number>();
  for (const level of store.version.levels) for (const { number } of level) live.add(number);
  return live;
}

function openTable(store: Store, table: TableMeta): void {
  try {
    store.tables.get(table);
  } catch (error) {
    store.report(error, false);
  }
}
