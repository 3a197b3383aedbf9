/**
 * A block's contents, checked: entries in order, then the restart array.
 *
 *   entry | entry | … | offset of restart 0 (4) | … | offset of restart n-1 (4) | n (4)
 *
 * At a restart an entry's key is stored whole (`shared` is 0), so that a search can begin there.
 */
import { readFixed32 } from '@jump/base';

/**
 * A block that has passed {@link BlockChecker.check}: searches rely on every length, restart and
 * order in it, and check nothing again.
 */
export class Block {
  /** Holds the contents; may hold other things before and behind them. */
  readonly bytes: Uint8Array;
  /** Where the entries begin. */
  readonly start: number;
  /** Where the entries end, and the restart array begins. */
  readonly entriesEnd: number;
  /** How many restarts there are: at least one. */
  readonly restarts: number;

  // What the cache keeps: here, so that a hit costs no lookup of its own.
  /** Bytes of memory, for the cache's account. */
  readonly charge: number;
  /** Where its table keeps it, under `ordinal`, while it is cached. */
  home: (Block | undefined)[] | undefined = undefined;
  /** Which data block of its table it is. */
  ordinal = 0;
  /** Its place among the cache's slots. */
  slot = 0;
  /** Whether it was used since the cache's hand passed. */
  referenced = false;
  /** Whether its bytes came from the cache's memory, and may go back there. */
  recyclable = false;
  /** Cursors that stand on it: while there are any, its memory is not used again. */
  users = 0;

  constructor(
    bytes: Uint8Array,
    start: number,
    entriesEnd: number,
    restarts: number,
    charge: number,
  ) {
    this.bytes = bytes;
    this.start = start;
    this.entriesEnd = entriesEnd;
    this.restarts = restarts;
    this.charge = charge;
  }
}

/** Where in `block.bytes` the entry of a restart begins. */
export function restartAt(block: Block, restart: number): number {
  return block.start + readFixed32(block.bytes, block.entriesEnd + 4 * restart);
}
