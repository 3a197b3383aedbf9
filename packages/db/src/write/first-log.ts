/** The log of a store that is put together out of tables: it holds nothing but a mark. */
import { encodeMark, LogWriter } from '@jump/log';
import { logName } from '@jump/manifest';
import { joinPath, type Vfs } from '@jump/vfs';

/**
 * Writes a log that says: everything up to `lastSequence` is in tables. It is on stable storage when
 * this returns; its name may not be.
 */
export function writeFirstLog(
  vfs: Vfs,
  directory: string,
  number: number,
  lastSequence: number,
): void {
  const log = new LogWriter({ vfs, path: joinPath(directory, logName(number)) });
  try {
    log.append(encodeMark(lastSequence + 1));
    log.sync();
  } finally {
    log.close();
  }
}
