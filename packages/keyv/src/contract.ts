/** What Keyv and an adapter say to each other. */

/** What is called with an error that nobody waits for. */
export type ErrorListener = (error: unknown) => void;

/** One of several values that are set together. */
export interface Entry {
  /** The key. */
  readonly key: string;
  /** What Keyv's serializer made of the value. */
  readonly value: unknown;
  /** Milliseconds that it lives; none, or 0: for ever. */
  readonly ttl?: number | undefined;
}

/** What Keyv 5 asks of a store: it gives an iterator to stores of a few dialects alone. */
export interface KeyvOpts {
  /** Where the store is; an open one does not say. */
  url: string;
  /** One of those dialects. */
  dialect: string;
  /** What others write down here. */
  [name: string]: unknown;
}
