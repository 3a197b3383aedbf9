/**
 * A block's contents, checked: entries in order, then the restart array.
 *
 *   entry | entry | … | offset of restart 0 (4) | … | offset of restart n-1 (4) | n (4)
 *
 * At a restart an entry's key is stored whole (`shared` is 0), so that a search can begin there.
 */
import { readFixed32 } from '@jump/base';

/**
 * A block that has passed `BlockChecker.check`: searches rely on every length, restart and
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

  constructor(bytes: Uint8Array, start: number, entriesEnd: number, restarts: number) {
    this.bytes = bytes;
    this.start = start;
    this.entriesEnd = entriesEnd;
    this.restarts = restarts;
  }
}

/** Where in `block.bytes` the entry of a restart begins. */
export function restartAt(block: Block, restart: number): number {
  return block.start + readFixed32(block.bytes, block.entriesEnd + 4 * restart);
}
