// Goal:   a cursor that leaves out what is newer keeps the contract of cursors.
// Method: the contract over entries of which none is left out; random walks over some that are.
import {
  bytewiseComparator,
  type Cursor,
  encodeInternalKey,
  KIND_SEEK,
  KIND_VALUE,
  MAX_SEQUENCE,
  readKind,
  readSequence,
  TRAILER_LENGTH,
} from '@jump/base';
import { cursorContract, seeded } from '@jump/testkit';
import { expect, test } from 'vitest';
import { Memtable } from '../write/memtable.ts';
import { UpToCursor } from './up-to-cursor.ts';

function memtable(): Memtable {
  const made = new Memtable({ comparator: bytewiseComparator, shared: false, size: 1024 });
  made.protect(MAX_SEQUENCE);
  return made;
}

cursorContract({
  name: 'UpToCursor',
  keys: 'internal',
  open(entries) {
    const table = memtable();
    for (const { key, value } of entries) {
      const end = key.length - TRAILER_LENGTH;
      const bytes = new Uint8Array(end + value.length);
      bytes.set(key.subarray(0, end));
      bytes.set(value, end);
      const kind = readKind(key, key.length);
      table.add(readSequence(key, key.length), kind, bytes, 0, end, end, bytes.length);
    }
    return new UpToCursor(table.cursor(), MAX_SEQUENCE);
  },
});

test(
  'never stands on an entry that is newer, whichever way it goes',
  seeded((random) => {
    for (let round = 0; round < 50; round++) {
      const table = memtable();
      const all: string[] = [];
      const limit = random.integer(0, 60);
      for (let sequence = 1; sequence <= 60; sequence++) {
        const letter = 97 + random.integer(0, 8);
        table.add(sequence, KIND_VALUE, Uint8Array.of(letter), 0, 1, 1, 1);
        if (sequence <= limit) all.push(`${String.fromCharCode(letter)} ${1000 - sequence}`);
      }
      all.sort();
      const cursor = new UpToCursor(table.cursor(), limit);
      let at = -1;
      for (let step = 0; step < 100; step++) {
        const move = random.integer(0, at < 0 || at >= all.length ? 2 : 4);
        if (move === 0) at = cursor.first() ? 0 : all.length;
        else if (move === 1) at = cursor.last() ? all.length - 1 : -1;
        else if (move === 2) {
          const letter = 97 + random.integer(0, 9);
          const key = encodeInternalKey(Uint8Array.of(letter), MAX_SEQUENCE, KIND_SEEK);
          const found = cursor.seek(key, 0, key.length);
          const after = all.findIndex((one) => one.charCodeAt(0) >= letter);
          expect(found).toBe(after >= 0);
          at = after < 0 ? all.length : after;
        } else if (move === 3) {
          at++;
          expect(cursor.next()).toBe(at < all.length);
        } else {
          at--;
          expect(cursor.previous()).toBe(at >= 0);
        }
        expect(cursor.valid).toBe(at >= 0 && at < all.length);
        if (cursor.valid) expect(show(cursor)).toBe(all[at]);
      }
      cursor.close();
    }
  }),
);

function show(cursor: Cursor): string {
  const letter = String.fromCharCode(cursor.keyBytes[cursor.keyStart]!);
  return `${letter} ${1000 - readSequence(cursor.keyBytes, cursor.keyEnd)}`;
}
