/** What an adapter can be told, checked. */
import { checkOptions as checkStoreOptions, type OpenOptions } from '@jump/db';
import type { OpenStore } from './entries.ts';

/** Options of a `KeyvJump`. */
export interface KeyvJumpOptions {
  /** The namespace until Keyv sets its own; default none. */
  readonly namespace?: string | undefined;
  /**
   * Whether a write is on the disk when its promise resolves; default false: then it is in the
   * operating system, and survives the process, not a power loss.
   */
  readonly sync?: boolean | undefined;
  /**
   * Milliseconds from one sweep of expired entries to the next; default 60,000. 0: none but those
   * that `sweep()` is called for. A timer never keeps a process alive.
   */
  readonly sweepInterval?: number | undefined;
  /** Options of JumpDB's `open`; not for a store that is open already. */
  readonly jump?: Omit<OpenOptions, 'keyEncoding' | 'valueEncoding'> | undefined;
}

const NAMES = ['namespace', 'sync', 'sweepInterval', 'jump'];
/** What timers can wait for: above that they fire at once. */
const LONGEST_INTERVAL = 2 ** 31 - 1;

/** Checks what an adapter is made with. @throws TypeError, RangeError */
export function checkOptions(source: string | OpenStore, options: KeyvJumpOptions): void {
  const isPath = typeof source === 'string';
  if (source === '' || (!isPath && typeof source?.withEncodings !== 'function')) {
    throw new TypeError(`the store must be a path or an open JumpDB, got ${say(source)}`);
  }
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${say(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (NAMES.includes(name)) continue;
    throw new TypeError(`unknown option ${name}; known are ${NAMES.join(', ')}`);
  }
  const { namespace, sync, sweepInterval = 0, jump } = options;
  if (namespace !== undefined && typeof namespace !== 'string') {
    throw new TypeError(`option namespace must be a string, got ${say(namespace)}`);
  }
  if (sync !== undefined && typeof sync !== 'boolean') {
    throw new TypeError(`option sync must be a boolean, got ${say(sync)}`);
  }
  if (typeof sweepInterval !== 'number') {
    throw new TypeError(`option sweepInterval must be a number, got ${say(sweepInterval)}`);
  }
  if (!(sweepInterval >= 0 && sweepInterval <= LONGEST_INTERVAL)) {
    throw new RangeError(
      `option sweepInterval must be from 0 to ${LONGEST_INTERVAL}, got ${sweepInterval}`,
    );
  }
  if (jump !== undefined && !isPath) {
    throw new TypeError('option jump is for a path; this store is open already');
  }
  // Now: what is wrong when the store opens, Keyv 5 tells nobody who does not listen.
  checkStoreOptions(jump);
}

/** Names a value in a message. */
export function say(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : `${value === null ? null : typeof value}`;
}
