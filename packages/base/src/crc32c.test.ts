// Goal:   the CRC of RFC 3720, in pieces too, and LevelDB's mask.
// Method: the vectors of RFC 3720, appendix B.4; a bit-by-bit CRC for all short lengths and places,
//         since the steps of sixteen and four have to agree; masked values that LevelDB's
//         definition gives, computed in big integers.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c, maskCrc, unmaskCrc } from './crc32c.ts';

const ASCENDING = Uint8Array.from({ length: 32 }, (_, i) => i);
/** The iSCSI read command of the RFC. */
const READ_COMMAND = new Uint8Array(48);
READ_COMMAND.set([0x01, 0xc0]);
READ_COMMAND.set([0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28], 16);
READ_COMMAND[40] = 0x02;

test.each([
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['0 to 31', ASCENDING, 0x46dd794e],
  ['31 to 0', ASCENDING.slice().reverse(), 0x113fdb5c],
  ['a read command', READ_COMMAND, 0xd9963a56],
  ['nothing', new Uint8Array(0), 0],
  ['123456789', new TextEncoder().encode('123456789'), 0xe3069283],
])('of %s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

/** One bit at a time. */
function slowly(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

test('every range of every short length', () => {
  const bytes = Uint8Array.from({ length: 80 }, (_, i) => (i * 89 + 200) & 0xff);
  for (let start = 0; start < 10; start++) {
    for (let end = start; end <= bytes.length; end++) {
      expect(crc32c(bytes, start, end)).toBe(slowly(bytes.subarray(start, end)));
    }
  }
});

test('goes on where another ended', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
      const middle = Math.min(cut, bytes.length);
      const first = crc32c(bytes, 0, middle);
      expect(crc32c(bytes, middle, bytes.length, first)).toBe(crc32c(bytes));
    }),
  );
});

test("the mask is LevelDB's: rotated right by 15 bits, and 0xa282ead8 added", () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffffffff }), (crc) => {
      const wide = BigInt(crc);
      const rotated = (wide >> 15n) | ((wide << 17n) & 0xffffffffn);
      expect(maskCrc(crc)).toBe(Number((rotated + 0xa282ead8n) & 0xffffffffn));
      expect(unmaskCrc(maskCrc(crc))).toBe(crc);
      expect(maskCrc(crc)).not.toBe(crc);
    }),
  );
  expect(unmaskCrc(unmaskCrc(maskCrc(maskCrc(0xffffffff))))).toBe(0xffffffff);
});
