/** What must hold of a store's directory whenever it is closed. */
import { bytewiseComparator, type Comparator } from '@jump/base';
import type { Vfs } from '@jump/db';
import { logName, manifestName, parseFileName, tableName, VersionSet } from '@jump/manifest';
import { TableReader } from '@jump/sstable';

/** A difference from what must hold. */
class Broken extends Error {}

/**
 * Checks the directory of a closed store: levels sorted and disjoint, no user key split over two
 * tables, every table whole and as the manifest says, no file that nothing needs but `others`.
 */
export function checkDirectory(
  vfs: Vfs,
  directory: string,
  comparator: Comparator = bytewiseComparator,
  others: readonly string[] = [],
): void {
  const versions = VersionSet.recover(vfs, directory, comparator);
  const { current, logNumber, manifestNumber } = versions;
  const wanted = new Set(['CURRENT', 'LOCK', logName(logNumber), manifestName(manifestNumber)]);
  current.levels.forEach((tables, level) => {
    let last: Uint8Array | undefined;
    let lastNumber = Number.POSITIVE_INFINITY;
    for (const table of tables) {
      const name = tableName(table.number);
      wanted.add(name);
      const smallest = table.smallest.subarray(0, -8);
      if (level === 0 && table.number >= lastNumber) throw new Broken(`level 0: order of ${name}`);
      if (level > 0 && last !== undefined && comparator.compare(last, smallest) >= 0) {
        throw new Broken(`level ${level}: ${name} overlaps the table before it`);
      }
      last = table.largest.subarray(0, -8);
      lastNumber = table.number;
      checkTable(vfs, `${directory}/${name}`, table, comparator);
    }
  });
  versions.close();
  const found = vfs.list(directory).filter((name) => !name.startsWith('LOCK.'));
  // A memtable whose flush did not come to its end has a log of its own.
  for (const name of found) {
    const file = parseFileName(name);
    if (file?.type === 'log' && file.number > logNumber) wanted.add(name);
  }
  const strange = found.filter((name) => !wanted.has(name) && !others.includes(name));
  const missing = [...wanted].filter((name) => name !== 'LOCK' && !found.includes(name));
  if (strange.length + missing.length > 0) {
    throw new Broken(`files nobody needs: ${strange.join()}; missing: ${missing.join()}`);
  }
}

function checkTable(
  vfs: Vfs,
  path: string,
  meta: { fileSize: number; smallest: Uint8Array; largest: Uint8Array; entries?: number },
  comparator: Comparator,
): void {
  const table = TableReader.open({ vfs, path }, { keys: 'internal', comparator });
  try {
    table.verify();
    let count = 0;
    let first: Uint8Array | undefined;
    let last: Uint8Array | undefined;
    for (const { userKey } of table.internalEntries()) {
      first ??= userKey;
      last = userKey;
      count++;
    }
    const differs = (a: Uint8Array | undefined, b: Uint8Array) =>
      a === undefined || Buffer.compare(a, b.subarray(0, -8)) !== 0;
    if (differs(first, meta.smallest) || differs(last, meta.largest)) {
      throw new Broken(`${path}: other keys at its ends than the manifest says`);
    }
    if (table.fileSize !== meta.fileSize) throw new Broken(`${path}: another size`);
    if (meta.entries !== undefined && meta.entries !== count) {
      throw new Broken(`${path}: ${count} entries, the manifest says ${meta.entries}`);
    }
  } finally {
    table.close();
  }
}
