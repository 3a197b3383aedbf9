/** `jump repair`: a store of all that is whole. */
import { repair as repairStore } from '@jump/db';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/** Options of `jump repair`. */
export type RepairOptions = Record<string, never>;

/** Repairs a store. */
export async function repair(
  context: Context,
  directory: string,
  _options: RepairOptions,
): Promise<number> {
  const report = await repairStore(directory);
  context.printJson(report);
  return EXIT.ok;
}
