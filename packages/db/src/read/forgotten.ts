/**
 * Frees what a caller has forgotten: iterators, cursors and snapshots that were neither ended nor
 * released before they were collected.
 *
 * Registering an object for finalization costs more than a short scan does. So what is new is only
 * noted, and registered at the end of the turn if it is still open then: most iterators have ended
 * by that time.
 */
import { afterTurn } from '../write/turn.ts';

/** What is held for a caller. */
export interface Held {
  /** Whether it was given back. */
  readonly closed: boolean;
  /** Set once its owner is registered. */
  watched: boolean;
  /** Gives it back. Idempotent. */
  close(): void;
}

const registry = /* @__PURE__ */ new FinalizationRegistry<Held>((held) => held.close());

interface Note {
  readonly owner: object;
  readonly held: Held;
}

let young: Note[] = [];
/** Notes at which those that have ended meanwhile are thrown out. */
let limit = 1024;
let planned = false;

/** Closes `held` when `owner`, which `held` does not refer to, is collected. */
export function watch(owner: object, held: Held): void {
  young.push({ owner, held });
  if (young.length >= limit) {
    young = young.filter((note) => !note.held.closed);
    limit = Math.max(1024, 2 * young.length);
  }
  if (planned) return;
  planned = true;
  afterTurn(register);
}

/** Ends what {@link watch} began. */
export function unwatch(owner: object, held: Held): void {
  if (held.watched) registry.unregister(owner);
}

function register(): void {
  planned = false;
  const notes = young;
  young = [];
  for (const { owner, held } of notes) {
    if (held.closed) continue;
    held.watched = true;
    registry.register(owner, held, owner);
  }
}
