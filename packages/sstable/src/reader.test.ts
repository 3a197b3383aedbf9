// Goal:   a point read gives what was written, or nothing.
// Method: random tables against a plain search in an array, with and without filters.
import { compareInternalKeys, encodeInternalKey } from '@jump/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openWritten, plainBloomPolicy } from '../test/tables.ts';
import { Lookup } from './index.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 6, max: 3 }),
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ maxLength: 12 }).map((text) => new TextEncoder().encode(`shared prefix ${text}`)),
);
const options = fc.record({
  blockSize: fc.constantFrom(1, 64, 500, 4096),
  indexInterval: fc.constantFrom(1, 2, 7, 1000),
  restartInterval: fc.constantFrom(1, 2, 16, 1000),
  compression: fc.constantFrom('snappy' as const, 'none' as const),
  filter: fc.constantFrom(undefined, plainBloomPolicy(10), plainBloomPolicy(10, 'table')),
});

test('find() gives the newest version that is not too new', () => {
  const version = fc.record({
    user: bytes,
    sequence: fc.integer({ min: 1, max: 40 }),
    kind: fc.constantFrom(0, 1),
  });
  fc.assert(
    fc.property(
      fc.array(version, { maxLength: 120 }),
      fc.array(bytes, { maxLength: 20 }),
      options,
      (versions, others, writing) => {
        const byKey = new Map(versions.map((v) => [`${v.user} ${v.sequence}`, v]));
        const entries = [...byKey.values()]
          .map((v) => ({
            ...v,
            key: encodeInternalKey(v.user, v.sequence, v.kind),
            value: v.user.slice(0, v.sequence),
          }))
          .sort((a, b) => compareInternalKeys(a.key, 0, a.key.length, b.key, 0, b.key.length));
        const policies = [plainBloomPolicy(10), plainBloomPolicy(10, 'table')];
        const table = openWritten(entries, { keys: 'internal', ...writing }, { filters: policies });
        const lookup = new Lookup();
        for (const user of [...entries.map((e) => e.user), ...others]) {
          for (const sequence of [0, 1, 7, 20, 40, 2 ** 53 - 1]) {
            lookup.set(user, 0, user.length, sequence);
            const wanted = entries.find((e) => `${e.user}` === `${user}` && e.sequence <= sequence);
            expect(table.find(lookup)).toBe(wanted !== undefined);
            if (wanted === undefined) continue;
            expect(lookup.sequence).toBe(wanted.sequence);
            expect(lookup.kind).toBe(wanted.kind);
            expect(lookup.valueBytes.slice(lookup.valueStart, lookup.valueEnd)).toEqual(
              wanted.value,
            );
          }
        }
        table.close();
      },
    ),
  );
});
