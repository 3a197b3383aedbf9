/**
 * What the packages' tests share: repeatable randomness, extreme keys and values, an oracle, the
 * cursor contract, data-driven cases, golden bytes, and a file system that fails on demand. Tests
 * only.
 *
 * @packageDocumentation
 */
export { chromiumWords, findChromium } from './chromium.ts';
export type { CrashMode, DiskImage, ImageChoice } from './crash-image.ts';
export { type CrashOperation, type CrashOptions, CrashVfs } from './crash-vfs.ts';
export { type CursorSubject, cursorContract } from './cursor-contract.ts';
export { type DataCase, dataDriven, parseDataCases } from './data-driven.ts';
export {
  type Entry,
  type KeyOptions,
  randomEntries,
  randomKey,
  randomValue,
} from './entries.ts';
export { type Fault, FaultVfs, type VfsOperation, type VfsOperationKind } from './fault-vfs.ts';
export { fromHex, hexBlocks, hexdump } from './hexdump.ts';
export { Model, type ModelOperation, type ModelRange, ModelView } from './model.ts';
export { limitFileSize, programWords, scriptWords } from './program.ts';
export { chosenSeed, Random, seeded } from './random.ts';
export { Schedule } from './schedule.ts';
export { TABLE_ENTRIES, WORLD_ENTRIES, worldNames, worldPath, worldTable } from './worlds.ts';
