/** Replays a history on a store and on the model at once, and compares all that the store says. */
import { type JumpDB, JumpError, type ReadOnlyDB } from '@jump/db';
import { Model, type ModelRange, type ModelView } from '@jump/testkit';
import { hex, same, show, showEntry, showPair } from './compare.ts';
import type { Change, HistoryRange, Step } from './history.ts';
import type { Death } from './place.ts';
import { Readers } from './replay-readers.ts';

/** A store of bytes. */
export type Store = JumpDB<Uint8Array, Uint8Array>;

/** How a store is opened again, and in what order its keys are. */
export interface Subject {
  readonly open: () => Store;
  readonly openReadOnly: () => ReadOnlyDB<Uint8Array, Uint8Array>;
  /** The place dies; tells whether what was not synced may be gone. */
  readonly die: (death: Death) => boolean;
  readonly compare: (a: Uint8Array, b: Uint8Array) => number;
  /** Whether `prefix` has a meaning. */
  readonly prefixes: boolean;
  /** Takes note of what was met. */
  readonly mark: (name: string) => void;
}

/** A history on the way. */
export class Replay {
  model: Model;
  store: Store;
  readonly #subject: Subject;
  readonly #readers: Readers;
  #compactions: Promise<void>[] = [];
  /** What the store was like after each write since all was safe, that moment first. */
  #states: ModelView[];
  /** Whether something was cleared since, which may be half done. */
  #cleared = false;

  constructor(subject: Subject) {
    this.#subject = subject;
    this.#readers = new Readers(subject.compare, subject.mark);
    this.model = new Model(subject.compare);
    this.#states = [this.model.snapshot()];
    this.store = subject.open();
  }

  /** How many snapshots are held. */
  get snapshots(): number {
    return this.#readers.snapshots;
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
    this.#readers.releaseAll(this.store);
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
      case 'clear':
        if (this.#refused(() => this.store.clear(step.range), step.range)) return;
        this.model.clear(step.range);
        this.#cleared = true;
        return;
      case 'size':
        this.#refused(() => {
          const size = this.store.approximateSize(step.range);
          if (!Number.isSafeInteger(size) || size < 0) throw new Error(`size ${size}`);
        }, step.range);
        return;
      case 'compact':
        return this.#compact(step.range, step.wait);
      case 'reopen':
        return this.#reopen();
      case 'die':
        return this.#die(step);
      case 'readOnly':
        return this.#readOnly();
      case 'turn':
        return new Promise((resolve) => setImmediate(resolve));
      case 'handOver':
      case 'drain':
        return this.store[step.type]();
      case 'sync':
      case 'flush':
        await this.store[step.type]();
        return this.#safe();
      default:
        return this.#read(step);
    }
  }

  #read(step: Step): void {
    const { store } = this;
    const readers = this.#readers;
    switch (step.type) {
      case 'openIterator':
        if (this.#refused(() => store.entries(step.range).return(), step.range)) return;
        readers.openIterator(store, this.model.snapshot(), step.range, step.reverse);
        break;
      case 'stepIterator':
        readers.stepIterator(step.which, step.count);
        break;
      case 'openCursor':
        if (this.#refused(() => store.entries(step.range).return(), step.range)) return;
        readers.openCursor(store, this.model.snapshot(), step.range, step.which);
        break;
      case 'moveCursor':
        readers.moveCursor(step.which, step.moves);
        break;
      case 'closeReader':
        readers.closeReader(step.which);
        break;
      case 'snapshot':
        readers.takeSnapshot(store, this.model.snapshot());
        break;
      case 'releaseSnapshot':
        readers.releaseSnapshot(step.which);
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
    this.#states.push(this.model.snapshot());
  }

  #batch(how: 'batch' | 'write', changes: readonly Change[]): void {
    this.model.write(changes);
    this.#states.push(this.model.snapshot());
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
    for (const one of copies) if (one.type === 'set') one.value.fill(0x55);
  }

  #get(keys: readonly Uint8Array[], which: number): void {
    const held = this.#readers.snapshot(which);
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
    const held = this.#readers.snapshot(step.which);
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

  async #compact(range: HistoryRange, wait: boolean): Promise<void> {
    if (range.prefix !== undefined && !this.#subject.prefixes) return;
    const done = this.store.compact(range);
    // Its store may die first; whoever waits for it later still hears of it.
    done.catch(() => {});
    this.#compactions.push(done);
    if (wait) await done;
  }

  async #reopen(): Promise<void> {
    this.#readers.releaseAll(this.store);
    await Promise.all(this.#compactions.splice(0));
    this.store.close();
    this.store = this.#subject.open();
    this.#safe();
  }

  /** What was written so far survives everything. */
  #safe(): void {
    this.#states = [this.model.snapshot()];
    this.#cleared = false;
  }

  async #die(death: Death): Promise<void> {
    const { how } = death;
    if (how === 'handedOver') this.store.handOver();
    // A range that was half cleared is none of the model's states.
    if (how === 'synced' || (how === 'any' && this.#cleared)) await this.store.sync();
    this.#readers.forgetAll();
    this.#compactions = [];
    const dead = this.store;
    const mayLose = this.#subject.die(death);
    try {
      dead.close();
    } catch {
      // Nobody hears what a dead process says.
    }
    this.store = this.#subject.open();
    if (how === 'any' && mayLose && !this.#cleared) this.#findState();
    else this.compareAll();
    // What an opening has replayed, it has put into tables.
    this.#safe();
  }

  /** Goes on with the state that is there, which must be one since all was safe. */
  #findState(): void {
    const found = JSON.stringify([...this.store.entries()].map(showPair));
    const states = this.#states.map((view) => JSON.stringify(view.entries().map(showEntry)));
    const at = states.lastIndexOf(found);
    if (at === -1) {
      same(found, states.at(-1), `none of the ${states.length} states that were; the newest`);
    }
    if (at < states.length - 1) this.#subject.mark('losses of what was not synced');
    this.model = new Model(this.#subject.compare);
    for (const { key, value } of this.#states[at]!.entries()) this.model.set(key, value);
    this.compareAll();
  }

  #readOnly(): void {
    this.store.handOver();
    const reader = this.#subject.openReadOnly();
    const expected = this.model.entries().map(showEntry);
    same([...reader.entries()].map(showPair), expected, 'read only');
    reader.close();
    this.#subject.mark('readers beside the writer');
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
}
