// Goal:   a damaged table gives an error or the data that was written, never something else.
// Method: every byte of a small table is damaged in three ways, and the file cut everywhere; then
//         the same with true checksums, so that the checks behind them are reached.
import { crc32c, JumpError, maskCrc, writeFixed32 } from '@jump/base';
import { seeded } from '@jump/testkit';
import { describe, expect, test } from 'vitest';
import { filters, readAll, sample, tryReading } from '../test/reading.ts';
import { tableBytes } from '../test/tables.ts';

describe.each(['snappy', 'none'] as const)('a table with compression %s', (compression) => {
  const filter = compression === 'snappy' ? filters[0] : filters[1];
  const whole = tableBytes(sample(), { keys: 'internal', compression, filter, blockSize: 300 });
  const expected = readAll(whole, 'internal');

  test('damaged at any byte gives an error or the same data', () => {
    let harmless = 0;
    for (let at = 0; at < whole.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const damaged = whole.slice();
        damaged[at] = (damaged[at] as number) ^ mask;
        for (const keys of ['internal', 'auto'] as const) {
          const outcome = tryReading(damaged, keys);
          if (outcome instanceof JumpError) {
            expect(outcome.message, `byte ${at} ^ ${mask}`).toMatch(/^bytes/);
            continue;
          }
          expect(outcome, `byte ${at} ^ ${mask}`).toBe(expected);
          harmless++;
        }
      }
    }
    // Nothing covers the footer's padding, 34 bytes; and with 0x80 the last byte of the index's
    // handle becomes a longer way to write the same number.
    expect(harmless).toBe(2 * (3 * 34 + 1));
  });

  test('cut anywhere gives an error', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(tryReading(whole.slice(0, length), 'auto'), `${length}`).toBeInstanceOf(JumpError);
    }
  });

  test(
    'with random damage under true checksums gives an error or ordered entries',
    seeded((random) => {
      for (let i = 0; i < 1500; i++) {
        const damaged = whole.slice();
        for (let n = random.integer(1, 4); n > 0; n--)
          damaged[random.integer(0, damaged.length - 49)] = random.bits();
        reseal(damaged, whole);
        tryReading(damaged, random.chance(0.5) ? 'internal' : 'auto');
      }
    }),
  );
});

/** Makes the checksums of all blocks true again; they lie where they lay in the sound table. */
function reseal(bytes: Uint8Array, sound: Uint8Array): void {
  // A block ends where a stored checksum fits what is before it: found in the sound table.
  let start = 0;
  for (let end = 1; end + 4 <= sound.length; end++) {
    const stored = new DataView(sound.buffer, sound.byteOffset).getUint32(end, true);
    if (maskCrc(crc32c(sound, start, end)) !== stored) continue;
    writeFixed32(bytes, end, maskCrc(crc32c(bytes, start, end)));
    start = end + 4;
    end = start;
  }
}
