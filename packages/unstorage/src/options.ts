/** What the driver can be told, checked. */
import { checkOptions, type JumpDB, type OpenOptions } from '@jump/db';

/** A `JumpDB` that is open, whatever its own encodings are. */
export type OpenStore = Pick<JumpDB, 'withEncodings'>;

/** Options of `jumpDriver`: a directory or an open store, one of them. */
export interface JumpDriverOptions {
  /** A directory, or `':memory:'`. It is opened when something is first asked of the driver. */
  readonly base?: string | undefined;
  /** A store that is open, and stays its owner's to close. */
  readonly db?: OpenStore | undefined;
  /** What all keys begin with in the store; default nothing. */
  readonly prefix?: string | undefined;
  /**
   * Whether a write is on the disk when its promise resolves; default false: then it is in the
   * operating system, and survives the process, not a power loss.
   */
  readonly sync?: boolean | undefined;
  /** Options of JumpDB's `open`; not for a store that is open already. */
  readonly jump?: Omit<OpenOptions, 'keyEncoding' | 'valueEncoding'> | undefined;
  /** The driver's own name, which Nitro and Nuxt hand over with the rest; not looked at. */
  readonly driver?: string | undefined;
}

/** Options with every default filled in. */
export interface Settings {
  /** Where the store is, or itself. */
  readonly source: string | OpenStore;
  readonly prefix: string;
  readonly sync: boolean;
  readonly jump: JumpDriverOptions['jump'];
}

const NAMES = ['base', 'db', 'prefix', 'sync', 'jump'];

/** Checks options. @throws TypeError naming option and value */
export function resolveOptions(options: JumpDriverOptions): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${say(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (NAMES.includes(name) || name === 'driver') continue;
    throw new TypeError(`unknown option ${name}; known are ${NAMES.join(', ')}`);
  }
  const { base, db, prefix = '', sync = false, jump } = options;
  if ((base === undefined) === (db === undefined)) {
    throw new TypeError('options base, a directory, and db, an open store: one of them');
  }
  if (base !== undefined && (typeof base !== 'string' || base === '')) {
    throw new TypeError(`option base must be a directory, got ${say(base)}`);
  }
  if (db !== undefined && typeof db?.withEncodings !== 'function') {
    throw new TypeError(`option db must be an open JumpDB, got ${say(db)}`);
  }
  if (typeof prefix !== 'string') {
    throw new TypeError(`option prefix must be a string, got ${say(prefix)}`);
  }
  if (typeof sync !== 'boolean') {
    throw new TypeError(`option sync must be a boolean, got ${say(sync)}`);
  }
  if (jump !== undefined && db !== undefined) {
    throw new TypeError('option jump is for a directory; this store is open already');
  }
  checkOptions(jump);
  return { source: (base ?? db)!, prefix, sync, jump };
}

/** Names a value in a message. */
export function say(value: unknown): string {
  return typeof value === 'string'
    ? JSON.stringify(value)
    : `${value === null ? null : typeof value}`;
}
