/** Settings that all engines share, so that none has more memory than the others. */
import { importSource } from '../../packages/tools/src/source.mjs';

/** @type {typeof import('../../packages/db/dist/options.js')} */
const { resolveOptions } = await importSource('packages/db/src/options.ts');

const { memtableSize, tableSize } = resolveOptions({}, false);

/** Bytes of new entries that JumpDB keeps in memory by default; LevelDB is given as many. */
export const WRITE_BUFFER = memtableSize;
/** Bytes of JumpDB's tables; LevelDB's are of its own default, 2 MiB. */
export const TABLE_SIZE = tableSize;
