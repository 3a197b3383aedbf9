// Reads a directory with classic-level and with JumpDB, and compares every entry, byte by byte.
// JumpDB writes nothing; LevelDB does when it opens a store, so take a copy of what matters.
//
//   node compare.mjs ./data
import { pathToFileURL } from 'node:url';
import { openReadOnly } from '@jump/db';
import { ClassicLevel } from 'classic-level';

/**
 * Compares; returns how many entries there are.
 * @param {string} directory
 * @throws {Error} at the first difference
 */
export async function compare(directory) {
  const bytes = /** @type {const} */ ({ keyEncoding: 'bytes', valueEncoding: 'bytes' });
  const ours = openReadOnly(directory, bytes);
  const theirs = new ClassicLevel(directory, {
    createIfMissing: false,
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
  });
  let entries = 0;
  try {
    const iterator = ours.entries();
    for await (const [key, value] of theirs.iterator()) {
      const next = iterator.next();
      const same = !next.done && key.equals(next.value[0]) && value.equals(next.value[1]);
      if (!same) throw new Error(`entry ${entries} differs, at the key ${key.toString('latin1')}`);
      entries++;
    }
    if (!iterator.next().done) throw new Error(`LevelDB has no more than ${entries} entries`);
  } finally {
    ours.close();
    await theirs.close();
  }
  return entries;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , directory] = process.argv;
  if (directory === undefined) {
    console.error('node compare.mjs DIRECTORY');
    process.exitCode = 2;
  } else {
    console.log(`${await compare(directory)} entries, the same in both`);
  }
}
