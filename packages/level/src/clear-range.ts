/** Deleting a range. */
import { innerSnapshot } from './level-snapshot.ts';
import { boundsOf, inBytes, type RangeOptions } from './range.ts';
import type { Views } from './views.ts';

/** Keys that are deleted in one batch where there is a limit, or a snapshot. */
const CHUNK = 1000;

/** Deletes a range; or what a snapshot sees of it, or so many of its keys. */
export function clearRange(views: Views, options: RangeOptions): void {
  const { limit = -1, reverse = false, snapshot } = options;
  if (limit < 0 && snapshot === undefined) {
    views.of(options.keyEncoding).clear(boundsOf(options));
    return;
  }
  // In bytes: as text, keys that are no UTF-8 look like others, which may be outside the range.
  const keys = views.db.keys({
    ...inBytes(boundsOf(options)),
    reverse,
    limit: limit < 0 ? undefined : limit,
    snapshot: innerSnapshot(snapshot),
  });
  const batch = views.db.batch();
  for (const key of keys) {
    batch.delete(key);
    if (batch.length === CHUNK) batch.write();
  }
  if (batch.length > 0) batch.write();
}
