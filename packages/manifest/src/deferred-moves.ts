/**
 * Moves of tables to another level that the manifest does not have yet: it gets them with the next
 * edit, in one record.
 *
 * A record of its own that is not synced must not have another one behind it: a power loss may keep
 * the later one alone, and that is how damage looks that cannot be one.
 */
import type { CompactPointer, TableMeta, VersionEdit } from './version-edit.ts';

interface Move {
  /** The level where the manifest has the table. */
  readonly from: number;
  /** The level where it is. */
  to: number;
  readonly table: TableMeta;
}

/** Collects moves, and adds them to an edit. */
export class DeferredMoves {
  readonly #moves = new Map<number, Move>();
  #pointers: CompactPointer[] = [];

  /** Takes an edit that moves tables and does nothing else. @throws RangeError if it does more */
  add({ deleted = [], added = [], compactPointers = [] }: Partial<VersionEdit>): void {
    const levels = new Map(deleted.map(({ level, number }) => [number, level]));
    if (added.length !== deleted.length || added.some(({ table }) => !levels.has(table.number))) {
      throw new RangeError('only moves of tables can be deferred');
    }
    for (const { level, table } of added) {
      const move = this.#moves.get(table.number);
      if (move === undefined) {
        this.#moves.set(table.number, { from: levels.get(table.number)!, to: level, table });
      } else move.to = level;
    }
    this.#pointers.push(...compactPointers);
  }

  /** Whether there are any. */
  get pending(): boolean {
    return this.#moves.size + this.#pointers.length > 0;
  }

  /** Returns an edit with the moves in it. A table that it takes away goes from where it was. */
  addTo(edit: Partial<VersionEdit>): Partial<VersionEdit> {
    if (!this.pending) return edit;
    const { deleted = [], added = [], compactPointers = [] } = edit;
    const gone = new Set(deleted.map(({ number }) => number));
    const moves = [...this.#moves.values()].filter(
      ({ from, to, table }) => from !== to && !gone.has(table.number),
    );
    return {
      ...edit,
      deleted: [
        ...moves.map(({ from, table }) => ({ level: from, number: table.number })),
        ...deleted.map(({ level, number }) => ({
          level: this.#moves.get(number)?.from ?? level,
          number,
        })),
      ],
      added: [...moves.map(({ to, table }) => ({ level: to, table })), ...added],
      compactPointers: [...this.#pointers, ...compactPointers],
    };
  }

  /** Forgets all: the manifest has them. */
  clear(): void {
    this.#moves.clear();
    this.#pointers = [];
  }
}
