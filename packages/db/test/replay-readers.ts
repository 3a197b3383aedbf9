/** The snapshots, iterators and cursors of a history, each beside what the model says. */
import type { Cursor, RangeIterator, Snapshot } from '@jump/db';
import type { ModelView } from '@jump/testkit';
import { moved, same, showEntry, showPair } from './compare.ts';
import type { HistoryRange, Move } from './history.ts';
import type { Store } from './replay.ts';

interface OpenIterator {
  readonly iterator: RangeIterator<[Uint8Array, Uint8Array]>;
  readonly expected: readonly string[];
  at: number;
}

interface OpenCursor {
  readonly cursor: Cursor<Uint8Array, Uint8Array>;
  readonly expected: readonly { key: Uint8Array; value: Uint8Array }[];
  /** Index in `expected`, or -1: nowhere. */
  at: number;
  /** Which way it went last. */
  last: Move['type'] | undefined;
}

interface OpenSnapshot {
  readonly snapshot: Snapshot<Uint8Array, Uint8Array>;
  readonly view: ModelView;
}

/** Readers of one store. */
export class Readers {
  readonly #compare: (a: Uint8Array, b: Uint8Array) => number;
  readonly #mark: (name: string) => void;
  readonly #snapshots: OpenSnapshot[] = [];
  readonly #iterators: OpenIterator[] = [];
  readonly #cursors: OpenCursor[] = [];

  constructor(compare: (a: Uint8Array, b: Uint8Array) => number, mark: (name: string) => void) {
    this.#compare = compare;
    this.#mark = mark;
  }

  /** How many snapshots are held. */
  get snapshots(): number {
    return this.#snapshots.length;
  }

  /** The snapshot that a step speaks of, if that many are held. */
  snapshot(which: number): OpenSnapshot | undefined {
    return this.#snapshots[which];
  }

  takeSnapshot(store: Store, view: ModelView): void {
    this.#snapshots.push({ snapshot: store.snapshot(), view });
  }

  releaseSnapshot(which: number): void {
    for (const one of this.#snapshots.splice(which, 1)) one.snapshot.release();
  }

  openIterator(store: Store, view: ModelView, range: HistoryRange, reverse: boolean): void {
    if (this.#iterators.length > 6) return;
    const iterator = store.entries({ ...range, reverse });
    const expected = view.entries({ ...range, reverse }).map(showEntry);
    this.#iterators.push({ iterator, expected, at: 0 });
  }

  stepIterator(which: number, count: number): void {
    const open = this.#iterators[which % Math.max(1, this.#iterators.length)];
    for (let i = 0; open !== undefined && i < count; i++) {
      const { done, value } = open.iterator.next();
      same(done ? undefined : showPair(value), open.expected[open.at], `entry ${open.at}`);
      open.at++;
    }
  }

  openCursor(store: Store, view: ModelView, range: HistoryRange, which: number): void {
    if (this.#cursors.length > 6) return;
    const held = this.#snapshots[which];
    const cursor = (held?.snapshot ?? store).cursor(range);
    const expected = (held?.view ?? view).entries(range);
    same(cursor.valid, false, 'a new cursor is valid');
    this.#cursors.push({ cursor, expected, at: -1, last: undefined });
  }

  moveCursor(which: number, moves: readonly Move[]): void {
    const open = this.#cursors[which % Math.max(1, this.#cursors.length)];
    if (open === undefined) return;
    for (const move of moves) {
      const { cursor, expected } = open;
      const said = move.type === 'seek' ? cursor.seek(move.key.slice()) : cursor[move.type]();
      open.at = moved(open, move, this.#compare);
      const entry = expected[open.at];
      const where = `${move.type} of ${moves.map((one) => one.type).join(' ')}`;
      same(said, entry !== undefined, `${where} says`);
      same(cursor.valid, said, `${where}: valid`);
      if (entry === undefined) open.at = -1;
      else same(showPair([cursor.key, cursor.value]), showEntry(entry), where);
      if (said) cursor.value.fill(0x77);
      if (said && isTurn(open.last, move.type)) this.#mark('turns of cursors');
      open.last = move.type;
    }
  }

  closeReader(which: number): void {
    for (const { iterator } of this.#iterators.splice(which, 1)) iterator.return();
    for (const { cursor } of this.#cursors.splice(which, 1)) cursor.close();
  }

  /** Gives everything back, as before a close. */
  releaseAll(store: Store): void {
    for (const { iterator } of this.#iterators.splice(0)) iterator.return();
    for (const { cursor } of this.#cursors.splice(0)) cursor.close();
    for (const { snapshot } of this.#snapshots.splice(0)) snapshot.release();
    same(store.stats().pinned, { iterators: 0, snapshots: 0 }, 'pinned');
  }

  /** Forgets everything: their process is dead. */
  forgetAll(): void {
    this.#iterators.length = 0;
    this.#cursors.length = 0;
    this.#snapshots.length = 0;
  }
}

function isTurn(last: Move['type'] | undefined, next: Move['type']): boolean {
  return (last === 'next' && next === 'previous') || (last === 'previous' && next === 'next');
}
