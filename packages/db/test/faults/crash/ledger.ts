/**
 * What was written, batch by batch, and what of it must or may be there: the states that a store
 * may be found in are those after some batch, between the last that is promised and the last that
 * was tried.
 */
import { Contents } from './contents.ts';

/** What a range was cleared of: some of these keys may be gone, nothing else may have changed. */
interface Clearing {
  readonly before: Contents;
  readonly hit: (key: string) => boolean;
}

/** Keeps the states since the last moment that nothing can undo. */
export class Ledger {
  /** What the store holds now. */
  contents = new Contents();
  /** The last batch that was tried. */
  issued = 0;
  /** The last batch that a power loss may not take. */
  acknowledged = 0;
  /** The last batch that the death of the process may not take. */
  handedOver = 0;
  #numbers = new Map<string, number[]>();
  #states = new Map<number, Contents>();
  #clearing: Clearing | undefined;

  constructor() {
    this.#note();
  }

  /** Does a batch: `change` changes the contents; returns its number. */
  issue(change: (contents: Contents, number: number) => void): number {
    this.issued++;
    change(this.contents, this.issued);
    this.#note();
    return this.issued;
  }

  /** Undoes the last batch: it was refused, and is nowhere. */
  withdraw(): void {
    const numbers = this.#numbers.get(this.contents.fingerprint)!;
    numbers.splice(numbers.indexOf(this.issued), 1);
    this.#states.delete(this.issued);
    this.issued--;
    this.contents = this.#states.get(this.issued)!.clone();
  }

  /** Takes note that batches up to a number are on the disk. */
  acknowledge(number: number): void {
    this.acknowledged = Math.max(this.acknowledged, number);
    this.handOver(number);
  }

  /** Takes note that batches up to a number are with the operating system. */
  handOver(number: number): void {
    this.handedOver = Math.max(this.handedOver, number);
  }

  /** Takes note that the power was lost: what the operating system had counts no more. */
  losePower(): void {
    this.handedOver = this.acknowledged;
  }

  /** While `clear` runs, which is not atomic: any of the keys that it hits may be gone. */
  clearing(hit: ((key: string) => boolean) | undefined): void {
    this.#clearing = hit && { before: this.contents.clone(), hit };
  }

  /** Says what is wrong with what was found, of which at least `least` batches must be there. */
  verdict(found: Contents, least: number): string | undefined {
    const numbers = this.#numbers.get(found.fingerprint) ?? [];
    if (numbers.some((number) => number >= least && number <= this.issued)) return undefined;
    if (this.#isHalfCleared(found)) return undefined;
    if (numbers.length > 0) {
      return `the state after batch ${numbers.join(', ')}; ${least} to ${this.issued} allowed`;
    }
    const nearest = this.#states.get(this.issued);
    return `a state that never was; against the newest: ${nearest && found.differences(nearest)}`;
  }

  /**
   * The state that was found is the one to go on from: nothing behind it ever was. What led to it
   * may still be lost, as far as it was never on the disk.
   */
  goOnFrom(found: Contents): void {
    const { fingerprint } = found;
    const last = Math.max(...(this.#numbers.get(fingerprint) ?? [this.issued]));
    for (const [state, numbers] of this.#numbers) {
      const left = numbers.filter((number) => number <= last);
      if (left.length === 0) this.#numbers.delete(state);
      else this.#numbers.set(state, left);
    }
    this.contents = found;
    this.issued++;
    this.#note();
    this.handOver(this.issued);
  }

  /** What is there now can never be undone. */
  settle(): void {
    this.acknowledged = this.issued;
    this.handedOver = this.issued;
    this.#numbers.clear();
    this.#states.clear();
    this.#note();
  }

  #note(): void {
    const { fingerprint } = this.contents;
    const numbers = this.#numbers.get(fingerprint);
    if (numbers === undefined) this.#numbers.set(fingerprint, [this.issued]);
    else numbers.push(this.issued);
    this.#states.set(this.issued, this.contents.clone());
    this.#states.delete(this.issued - 50);
  }

  #isHalfCleared(found: Contents): boolean {
    if (this.#clearing === undefined) return false;
    const { before, hit } = this.#clearing;
    for (const key of before.keys()) if (found.get(key) === undefined && !hit(key)) return false;
    for (const key of found.keys()) {
      const [value, expected] = [found.get(key), before.get(key)];
      if (expected === undefined || Buffer.compare(value!, expected) !== 0) return false;
    }
    return true;
  }
}
