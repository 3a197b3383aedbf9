/** Rebuilding a damaged store. */
import { JumpError } from '@jump/base';

/** What a repair has done. */
export interface RepairReport {
  /** Entries kept. */
  readonly kept: number;
  /** Entries dropped. */
  readonly dropped: number;
  /** Files looked at. */
  readonly files: number;
}

/** Not built yet: rejects with `JUMP_UNSUPPORTED`. To read what is whole, open with `recovery: 'salvage'`. */
export async function repair(path: string, _options: object = {}): Promise<RepairReport> {
  throw new JumpError('JUMP_UNSUPPORTED', 'repair is not built yet', { file: path });
}
