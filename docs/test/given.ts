/** What those examples of the guide are given that read what other programs wrote. */
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from '@jump/db';
import { indexedDbComparator } from '@jump/sstable/indexeddb';

/** Something that lies in the directory in which an example runs, and what that then prints. */
interface Given {
  make(): void;
  readonly prints: readonly string[];
}

const BYTES = { keyEncoding: 'bytes', valueEncoding: 'bytes' } as const;
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** By the names in ` ```ts given NAME `. */
export const given: Record<string, Given> = {
  'local-storage': {
    make: makeLocalStorage,
    prints: ['https://example.org ключ ✓', 'https://example.org name Größe'],
  },
  indexeddb: {
    make: makeIndexedDb,
    prints: ['Uint8Array(4) [ 0, 0, 0, 0 ] 1', 'Uint8Array(6) [ 0, 1, 1, 1, 1, 0 ] 6'],
  },
  world: { make: makeWorld, prints: ['3', 'Map(2) { 44 => 2, 47 => 1 }'] },
  // Of the table, 180, and of the log.
  'world-to-load': { make: makeWorld, prints: ['185'] },
};

/** As Chromium writes it: two texts of a page, in both encodings, and notes of its own. */
function makeLocalStorage(): void {
  const db = open<Uint8Array, Uint8Array>('Default/Local Storage/leveldb', BYTES);
  db.set(bytes('VERSION'), bytes('1'));
  db.set(bytes('META:https://example.org'), bytes('\x08\x01'));
  db.set(bytes('_https://example.org\0\x01name'), bytes('\x01Größe'));
  const wide = (text: string): string => `\0${Buffer.from(text, 'utf16le').toString('latin1')}`;
  db.set(bytes(`_https://example.org\0${wide('ключ')}`), bytes(wide('✓')));
  db.close();
}

/** A note of the browser, and in database 1, object store 1, index 1, the key "". */
function makeIndexedDb(): void {
  const db = open<Uint8Array, Uint8Array>(
    'Default/IndexedDB/https_example.org_0.indexeddb.leveldb',
    { ...BYTES, comparator: indexedDbComparator },
  );
  db.set(Uint8Array.of(0, 1, 1, 1, 1, 0), bytes('\x01\xff\x0f"\x01a'));
  db.set(Uint8Array.of(0, 0, 0, 0), bytes('\x05'));
  db.close();
}

/**
 * A world whose table Mojang's LevelDB wrote, deflated, with other keys than the game's. The game's
 * are in the log: a player, two parts of a chunk, one of another dimension's, a name.
 */
function makeWorld(): void {
  const worlds = join(import.meta.dirname, '../../packages/testkit/fixtures/worlds');
  cpSync(join(worlds, 'minecraft'), 'MyWorld/db', { recursive: true });
  const db = open<Uint8Array, Uint8Array>('./game', BYTES);
  db.set(bytes('~local_player'), bytes('\x0a\0\0'));
  db.set(bytes(`${'\x01\0\0\0'.repeat(2)}\x2c`), bytes('\x28'));
  db.set(bytes(`${'\x01\0\0\0'.repeat(2)}\x2f\x04`), bytes('\x09'));
  db.set(bytes(`${'\x01\0\0\0'.repeat(3)}\x2c`), bytes('\x28'));
  db.set(bytes('scoreboard'), bytes('\x0a\0\0'), { sync: true });
  const log = readdirSync('./game').find((name) => name.endsWith('.log'));
  cpSync(`./game/${log}`, 'MyWorld/db/000006.log');
  db.close();
}
