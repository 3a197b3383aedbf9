/** Stores that tests read; LevelDB makes all of them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bytes, levelStore } from './jump.ts';

/** Users, keys that do not print, bytes that are no text. */
export const USERS = 40;

/** The value of a user. */
export const user = (i: number): string => JSON.stringify({ name: `user ${i}`, age: i });
/** The key of a user. */
export const userKey = (i: number): string => `user:${String(i).padStart(3, '0')}`;

/** A small store: users, and entries that are not quite text. */
export function sampleStore(directory: string): Promise<string> {
  return levelStore(directory, async (db) => {
    for (let i = 0; i < USERS; i++) await db.put(bytes(userKey(i)), bytes(user(i)));
    await db.put(bytes('tab\there'), bytes('line\nfeed\u001b[31m'));
    await db.put(bytes('grün'), bytes('Grüße 🎉'));
    await db.put(Uint8Array.of(0, 255, 128), Uint8Array.of(0xc3, 0x28, 65));
    await db.put(bytes('empty'), bytes(''));
    await db.put(bytes('gone'), bytes('for good'));
    await db.del(bytes('gone'));
  });
}

/** A store with several levels, versions and deletions; about 300 kB. */
export function levelsStore(directory: string): Promise<string> {
  const options = { writeBufferSize: 65536, maxFileSize: 1 << 20, compression: false };
  return levelStore(
    directory,
    async (db) => {
      for (let round = 0; round < 3; round++) {
        for (let start = 0; start < 1500; start += 100) {
          const batch = db.batch();
          for (let i = start; i < start + 100; i++) {
            const key = bytes(`key${String((i * (1 + 7 * round)) % 1500).padStart(5, '0')}`);
            if (round > 0 && i % 10 === 0) batch.del(key);
            else batch.put(key, bytes(`${round} ${'.'.repeat(60 + (i % 50))}`));
          }
          await batch.write();
        }
      }
    },
    options,
  );
}

/** Everything about a directory that a program could have changed. */
export function fingerprint(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => {
      const path = join(directory, name);
      const { size, mtimeMs, ctimeMs, ino } = statSync(path);
      const sum = createHash('sha1').update(readFileSync(path)).digest('hex');
      return `${name} ${size} ${mtimeMs} ${ctimeMs} ${ino} ${sum}`;
    });
}
