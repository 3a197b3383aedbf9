/** Replays a history on a store and on the model at once, and compares all that the store says. */
import { type Cursor, type JumpDB, JumpError, type RangeIterator, type Snapshot } from '@jump/db';
import { Model, type ModelRange, type ModelView } from '@jump/testkit';
import { hex, moved, same, show, showEntry, showPair } from './compare.ts';
import type { Change, HistoryRange, Move, Step } from './history.ts';

/** A store of bytes. */
export type Store = JumpDB<Uint8Array, Uint8Array>;

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
}

interface OpenSnapshot {
  readonly snapshot: Snapshot<Uint8Array, Uint8Array>;
  readonly view: ModelView;
}

/** How a store is opened again, and in what order its keys are. */
export interface Subject {
  readonly open: () => Store;
  readonly compare: (a: Uint8Array, b: Uint8Array) => number;
  /** Whether `prefix` has a meaning. */
  readonly prefixes: boolean;
}

/** A history on the way. */
export class Replay {
  readonly model: Model;
  store: Store;
  readonly #subject: Subject;
  readonly #snapshots: OpenSnapshot[] = [];
  readonly #iterators: OpenIterator[] = [];
  readonly #cursors: OpenCursor[] = [];
  readonly #compactions: Promise<void>[] = [];

  constructor(subject: Subject) {
    this.#subject = subject;
    this.model = new Model(subject.compare);
    this.store = subject.open();
  }

  /** Replays all steps; an error names the step. */
  async run(steps: readonly Step[]): Promise<void> {
    for (const [index, step] of steps.entries()) {
      try {
        await this.#step(step);
      } catch (error) {
        if (error instanceof Error) error.message = `step ${index} ${show(step)}: ${error.message}`;
        throw error;
      }
    }
    this.#releaseAll();
    await Promise.all(this.#compactions);
    this.compareAll();
  }

  /** Compares everything, both ways. */
  compareAll(): void {
    const expected = this.model.entries().map(showEntry);
    same([...this.store.entries()].map(showPair), expected, 'all');
    same([...this.store.entries({ reverse: true })].map(showPair), expected.reverse(), 'all back');
    for (const { key, value } of this.model.entries()) same(hex(this.store.get(key)), hex(value));
  }

  async #step(step: Step): Promise<void> {
    const { store } = this;
    switch (step.type) {
      case 'set':
      case 'delete':
        return this.#change(step);
      case 'batch':
        return this.#batch(step.how, step.changes);
      case 'get':
        return this.#get(step.keys, step.which);
      case 'scan':
        return this.#scan(step);
      case 'openIterator':
        return this.#openIterator(step.range, step.reverse);
      case 'stepIterator':
        return this.#stepIterator(step.which, step.count);
      case 'openCursor':
        return this.#openCursor(step.range, step.which);
      case 'moveCursor':
        return this.#moveCursor(step.which, step.moves);
      case 'closeReader':
        return this.#closeReader(step.which);
      case 'snapshot':
        this.#snapshots.push({ snapshot: store.snapshot(), view: this.model.snapshot() });
        return;
      case 'releaseSnapshot':
        for (const one of this.#snapshots.splice(step.which, 1)) one.snapshot.release();
        return;
      case 'clear':
        if (this.#refused(() => store.clear(step.range), step.range)) return;
        return this.model.clear(step.range);
      case 'size':
        this.#refused(() => {
          const size = store.approximateSize(step.range);
          if (!Number.isSafeInteger(size) || size < 0) throw new Error(`size ${size}`);
        }, step.range);
        return;
      case 'compact':
        return this.#compact(step.range, step.wait);
      case 'reopen':
        this.#releaseAll();
        await Promise.all(this.#compactions.splice(0));
        store.close();
        this.store = this.#subject.open();
        return;
      case 'handOver':
        return store.handOver();
      case 'turn':
        return new Promise((resolve) => setImmediate(resolve));
      default:
        return store[step.type]();
    }
  }

  #change(change: Change): void {
    this.model.write([change]);
    const key = change.key.slice();
    if (change.type === 'delete') this.store.delete(key);
    else {
      const value = change.value.slice();
      this.store.set(key, value);
      value.fill(0x55);
    }
    key.fill(0xaa);
  }

  #batch(how: 'batch' | 'write', changes: readonly Change[]): void {
    this.model.write(changes);
    const copies = changes.map((change) =>
      change.type === 'set'
        ? { ...change, key: change.key.slice(), value: change.value.slice() }
        : { ...change, key: change.key.slice() },
    );
    if (how === 'write') this.store.write(copies);
    else {
      const batch = this.store.batch();
      for (const one of copies) {
        if (one.type === 'set') batch.set(one.key, one.value);
        else batch.delete(one.key);
        // Encoded when they are added: what happens to the buffers later changes nothing.
        one.key.fill(0xaa);
      }
      same(batch.length, changes.length);
      batch.write();
      same(batch.length, 0);
    }
  }

  #get(keys: readonly Uint8Array[], which: number): void {
    const held = this.#snapshots[which];
    const { store } = this;
    const view = held?.view ?? this.model;
    const options = held === undefined ? undefined : { snapshot: held.snapshot };
    for (const key of keys) {
      const expected = view.get(key);
      const found = store.get(key, options);
      same(hex(found), hex(expected), 'get');
      found?.fill(0x77);
      same(store.has(key, options), expected !== undefined, 'has');
    }
    const many = held === undefined ? store.getMany(keys) : held.snapshot.getMany(keys);
    same(
      many.map(hex),
      keys.map((key) => hex(view.get(key))),
      'getMany',
    );
    for (const value of many) value?.fill(0x77);
  }

  #scan(step: Extract<Step, { type: 'scan' }>): void {
    const { what, range, reverse, limit } = step;
    const held = this.#snapshots[step.which];
    const view = held?.view ?? this.model;
    const from = held?.snapshot ?? this.store;
    const asked = { ...range, reverse, limit };
    if (this.#refused(() => from.entries(asked).return(), range)) return;
    const bounds: ModelRange = { ...range, reverse, ...(limit === undefined ? {} : { limit }) };
    const expected = view.entries(bounds);
    if (what === 'entries') same([...from.entries(asked)].map(showPair), expected.map(showEntry));
    else if (what === 'keys')
      same(
        [...from.keys(asked)].map(hex),
        expected.map((e) => hex(e.key)),
      );
    else
      same(
        [...from.values(asked)].map(hex),
        expected.map((e) => hex(e.value)),
      );
    for (const [key, value] of from.entries(asked)) {
      key.fill(0x77);
      value.fill(0x77);
    }
  }

  #openIterator(range: HistoryRange, reverse: boolean): void {
    if (this.#iterators.length > 6) return;
    if (this.#refused(() => this.store.entries(range).return(), range)) return;
    const iterator = this.store.entries({ ...range, reverse });
    const expected = this.model.entries({ ...range, reverse }).map(showEntry);
    this.#iterators.push({ iterator, expected, at: 0 });
  }

  #stepIterator(which: number, count: number): void {
    const open = this.#iterators[which % Math.max(1, this.#iterators.length)];
    for (let i = 0; open !== undefined && i < count; i++) {
      const { done, value } = open.iterator.next();
      same(done ? undefined : showPair(value), open.expected[open.at], `entry ${open.at}`);
      open.at++;
    }
  }

  #openCursor(range: HistoryRange, which: number): void {
    if (this.#cursors.length > 6) return;
    const held = this.#snapshots[which];
    if (this.#refused(() => this.store.entries(range).return(), range)) return;
    const cursor = (held?.snapshot ?? this.store).cursor(range);
    const expected = (held?.view ?? this.model.snapshot()).entries(range);
    same(cursor.valid, false, 'a new cursor is valid');
    this.#cursors.push({ cursor, expected, at: -1 });
  }

  #moveCursor(which: number, moves: readonly Move[]): void {
    const open = this.#cursors[which % Math.max(1, this.#cursors.length)];
    if (open === undefined) return;
    for (const move of moves) {
      const { cursor, expected } = open;
      const said = move.type === 'seek' ? cursor.seek(move.key.slice()) : cursor[move.type]();
      open.at = moved(open, move, this.#subject.compare);
      const entry = expected[open.at];
      const where = `${move.type} of ${moves.map((one) => one.type).join(' ')}`;
      same(said, entry !== undefined, `${where} says`);
      same(cursor.valid, said, `${where}: valid`);
      if (entry === undefined) open.at = -1;
      else same(showPair([cursor.key, cursor.value]), showEntry(entry), where);
      if (said) cursor.value.fill(0x77);
    }
  }

  #closeReader(which: number): void {
    for (const { iterator } of this.#iterators.splice(which, 1)) iterator.return();
    for (const { cursor } of this.#cursors.splice(which, 1)) cursor.close();
  }

  async #compact(range: HistoryRange, wait: boolean): Promise<void> {
    if (range.prefix !== undefined && !this.#subject.prefixes) return;
    const done = this.store.compact(range);
    this.#compactions.push(done);
    if (wait) await done;
  }

  /**
   * Calls with a range; tells whether it was refused, which it must be for a meaningless prefix.
   */
  #refused(call: () => void, range: HistoryRange): boolean {
    const meaningless = range.prefix !== undefined && !this.#subject.prefixes;
    try {
      call();
    } catch (error) {
      if (meaningless && error instanceof JumpError && error.code === 'JUMP_UNSUPPORTED')
        return true;
      throw error;
    }
    if (meaningless) throw new Error('a prefix without meaning was taken');
    return false;
  }

  #releaseAll(): void {
    for (const { iterator } of this.#iterators.splice(0)) iterator.return();
    for (const { cursor } of this.#cursors.splice(0)) cursor.close();
    for (const { snapshot } of this.#snapshots.splice(0)) snapshot.release();
    same(this.store.stats().pinned, { iterators: 0, snapshots: 0 }, 'pinned');
  }
}
