import { strategies } from './plots.mjs';
import { compaction, filter, jump, table } from './tables.mjs';
import { log, manifest, memtable, overview } from './writing.mjs';

/**
 * The guide's pictures, by their files.
 * @type {Record<string, () => string>}
 */
export const drawings = {
  'tour/overview.svg': overview,
  'tour/memtable.svg': memtable,
  'tour/log.svg': log,
  'tour/table.svg': table,
  'tour/jump.svg': jump,
  'tour/filter.svg': filter,
  'tour/compaction.svg': compaction,
  'tour/manifest.svg': manifest,
  'strategies.svg': strategies,
};
