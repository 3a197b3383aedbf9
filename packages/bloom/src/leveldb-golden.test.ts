// Goal:   our filter is LevelDB's, bit for bit, and so are its answers.
// Method: a C++ program linked with Debian's libleveldb 1.23 built filters with
//         `NewBloomFilterPolicy(bits)->CreateFilter` for the sets of keys below, and counted how many
//         of the keys 1,000,000,000 to 1,000,009,999 `KeyMayMatch` lets through. What it printed is
//         here: in full where it is short, else length and crc32c.
import { crc32c } from '@jump/base';
import { fromHex } from '@jump/testkit';
import { expect, test } from 'vitest';
import { leveldbBloomPolicy } from './leveldb-policy.ts';

/** Key number `i` of a rule. */
const RULES: Record<string, (i: number) => Uint8Array> = {
  /** Four bytes, little endian. */
  fixed32: (i) => Uint8Array.of(i, i >>> 8, i >>> 16, i >>> 24),
  /** `key0`, `key1`, … */
  decimal: (i) => new TextEncoder().encode(`key${i}`),
  /** `i` bytes, which take every value: all lengths of the tail, and bytes that are negative chars. */
  growing: (i) => Uint8Array.from({ length: i }, (_, j) => i * 31 + j * 7),
};

/** Rule, bits a key, keys, how many absent keys match, length, crc32c, hexadecimal if short. */
const GOLDEN: [string, number, number, number, number, number, string][] = [
  ['fixed32', 1, 1, 149, 9, 0x448e8e39, '002000000000000001'],
  ['fixed32', 1, 5, 762, 9, 0x616baec2, '003000000200060001'],
  ['fixed32', 1, 16, 2193, 9, 0xf05ed019, '0278122c0200061001'],
  ['fixed32', 1, 100, 6334, 14, 0xe78b7fd7, 'fe36985e9aec3e4f3ea3cd7f7f01'],
  ['fixed32', 1, 10000, 6328, 1251, 0x31232f48, ''],
  ['fixed32', 2, 1, 149, 9, 0x448e8e39, '002000000000000001'],
  ['fixed32', 2, 5, 762, 9, 0x616baec2, '003000000200060001'],
  ['fixed32', 2, 16, 2193, 9, 0xf05ed019, '0278122c0200061001'],
  ['fixed32', 2, 100, 4083, 26, 0xebb6ea1d, ''],
  ['fixed32', 2, 10000, 3943, 2501, 0xb82e637c, ''],
  ['fixed32', 5, 1, 15, 9, 0x1119563a, '002000000000028003'],
  ['fixed32', 5, 5, 98, 9, 0x5a709f59, '10b100080200468903'],
  ['fixed32', 5, 16, 957, 11, 0x3dfe209a, '0ab1126c9479565c6b2b03'],
  ['fixed32', 5, 100, 947, 64, 0xf58ab683, ''],
  ['fixed32', 5, 10000, 870, 6251, 0xb13e75b3, ''],
  ['fixed32', 10, 0, 0, 9, 0x9d448f4b, '000000000000000006'],
  ['fixed32', 10, 1, 23, 9, 0x7abccfe1, '802020000800028006'],
  ['fixed32', 10, 2, 44, 9, 0x1ff9ff1b, 'a12420000800428806'],
  ['fixed32', 10, 5, 120, 9, 0x4837e463, 'b1b570084a2046b906'],
  ['fixed32', 10, 16, 112, 21, 0x808a1da9, '33a408ec820d261c1ba98eb9572214f95474eb0b06'],
  ['fixed32', 10, 100, 83, 126, 0x1128e56f, ''],
  ['fixed32', 10, 1000, 90, 1251, 0x195b8ab0, ''],
  ['fixed32', 10, 10000, 81, 12501, 0xee00a8ef, ''],
  ['fixed32', 16, 1, 37, 9, 0x48f18ab2, '82a02020080802820b'],
  ['fixed32', 16, 5, 48, 11, 0x9dc97e41, 'b3ed50bb940d3e9249a90b'],
  ['fixed32', 16, 16, 66, 33, 0x9f83049a, ''],
  ['fixed32', 16, 100, 7, 201, 0x77873e3f, ''],
  ['fixed32', 16, 10000, 4, 20001, 0x94672319, ''],
  ['fixed32', 30, 1, 83, 9, 0x7c1fc533, '8aa2a2a028280a8a14'],
  ['fixed32', 30, 5, 24, 20, 0x60d1118e, '2da91185493e11a3f3fa394aa89b1d41f8f73514'],
  ['fixed32', 30, 16, 8, 61, 0x64b37147, ''],
  ['fixed32', 30, 100, 0, 376, 0x68660f4b, ''],
  ['fixed32', 30, 10000, 0, 37501, 0xb949985b, ''],
  ['fixed32', 44, 1, 423, 9, 0x73b83f91, 'aaaaaaa2aaa8aaaa1e'],
  ['fixed32', 44, 5, 4, 29, 0x9b9559ee, ''],
  ['fixed32', 44, 16, 13, 89, 0x2b2cbf1b, ''],
  ['fixed32', 44, 100, 0, 551, 0x5c769b8e, ''],
  ['fixed32', 44, 10000, 0, 55001, 0x696c7df7, ''],
  ['fixed32', 64, 1, 423, 9, 0x73b83f91, 'aaaaaaa2aaa8aaaa1e'],
  ['fixed32', 64, 5, 4, 41, 0x01f189ad, ''],
  ['fixed32', 64, 16, 10, 129, 0xab14b6dc, ''],
  ['fixed32', 64, 100, 1, 801, 0x098e2c35, ''],
  ['fixed32', 64, 10000, 0, 80001, 0xc17cf2bc, ''],
  ['decimal', 1, 1, 141, 9, 0x3339ecda, '000040000000000001'],
  ['decimal', 1, 5, 141, 9, 0x3339ecda, '000040000000000001'],
  ['decimal', 1, 16, 1181, 9, 0x82c523b9, '020848804004000001'],
  ['decimal', 1, 100, 5733, 14, 0xff320363, 'fb85ca04fcecebdfe21b957b4601'],
  ['decimal', 1, 10000, 6360, 1251, 0x1e16f48f, ''],
  ['decimal', 2, 1, 141, 9, 0x3339ecda, '000040000000000001'],
  ['decimal', 2, 5, 141, 9, 0x3339ecda, '000040000000000001'],
  ['decimal', 2, 16, 1181, 9, 0x82c523b9, '020848804004000001'],
  ['decimal', 2, 100, 3738, 26, 0x833380d6, ''],
  ['decimal', 2, 10000, 3977, 2501, 0x8201c8bc, ''],
  ['decimal', 5, 1, 10, 9, 0x22ab1efc, '000040001000002003'],
  ['decimal', 5, 5, 10, 9, 0x22ab1efc, '000040001000002003'],
  ['decimal', 5, 16, 500, 11, 0x0bfb11db, '5364406c5822f028508c03'],
  ['decimal', 5, 100, 933, 64, 0xe3114005, ''],
  ['decimal', 5, 10000, 932, 6251, 0x4c48dc70, ''],
  ['decimal', 10, 0, 0, 9, 0x9d448f4b, '000000000000000006'],
  ['decimal', 10, 1, 19, 9, 0x10330ae3, '000840021000042006'],
  ['decimal', 10, 2, 19, 9, 0x10330ae3, '000840021000042006'],
  ['decimal', 10, 5, 19, 9, 0x10330ae3, '000840021000042006'],
  ['decimal', 10, 16, 65, 21, 0xfc4094d0, '1345402e981ae422500445a200496c22d40844cb06'],
  ['decimal', 10, 100, 87, 126, 0xf8429c66, ''],
  ['decimal', 10, 1000, 95, 1251, 0x93d164a4, ''],
  ['decimal', 10, 10000, 111, 12501, 0x278873e3, ''],
  ['decimal', 16, 1, 34, 9, 0x0ecf453c, '01484012900024200b'],
  ['decimal', 16, 5, 49, 11, 0x3a9dbd6a, '7472a172552af522f5500b'],
  ['decimal', 16, 16, 24, 33, 0x6442a434, ''],
  ['decimal', 16, 100, 5, 201, 0x92fdef9c, ''],
  ['decimal', 16, 10000, 3, 20001, 0x0b239415, ''],
  ['decimal', 30, 1, 59, 9, 0x5bd71f3a, '494852929024242914'],
  ['decimal', 30, 5, 6, 20, 0x208b4e6c, '452a0c0f2879f5a274bf44d5ecea54fb5211ca14'],
  ['decimal', 30, 16, 9, 61, 0xc5dbe29d, ''],
  ['decimal', 30, 100, 1, 376, 0xe181f459, ''],
  ['decimal', 30, 10000, 0, 37501, 0x87a9beef, ''],
  ['decimal', 44, 1, 84, 9, 0x15db4642, '4b5ad296b4242d691e'],
  ['decimal', 44, 5, 4, 29, 0x9b4ff143, ''],
  ['decimal', 44, 16, 2, 89, 0xdd0c2c1f, ''],
  ['decimal', 44, 100, 1, 551, 0xee69e95c, ''],
  ['decimal', 44, 10000, 0, 55001, 0x0549547e, ''],
  ['decimal', 64, 1, 84, 9, 0x15db4642, '4b5ad296b4242d691e'],
  ['decimal', 64, 5, 1, 41, 0x7efad869, ''],
  ['decimal', 64, 16, 14, 129, 0x7bc9aafa, ''],
  ['decimal', 64, 100, 0, 801, 0x0d9146a0, ''],
  ['decimal', 64, 10000, 0, 80001, 0x6e4daab9, ''],
  ['growing', 1, 1, 152, 9, 0x392c962a, '000000000000100001'],
  ['growing', 1, 5, 784, 9, 0xbf493cc3, '080000040040100201'],
  ['growing', 1, 16, 2146, 9, 0xab44e568, '082044044164148201'],
  ['growing', 1, 100, 6433, 14, 0x490c7bb0, 'ffabf76b5b5a78ac7fe7c5ac3c01'],
  ['growing', 2, 1, 152, 9, 0x392c962a, '000000000000100001'],
  ['growing', 2, 5, 784, 9, 0xbf493cc3, '080000040040100201'],
  ['growing', 2, 16, 2146, 9, 0xab44e568, '082044044164148201'],
  ['growing', 2, 100, 4044, 26, 0x6d6ef494, ''],
  ['growing', 5, 1, 13, 9, 0xc584d19b, '080004000000100003'],
  ['growing', 5, 5, 137, 9, 0x6e7de3b4, '490904640040122203'],
  ['growing', 5, 16, 1098, 11, 0x424a61af, 'ff5b882056135da8506e03'],
  ['growing', 5, 100, 800, 64, 0x85e8cde2, ''],
  ['growing', 10, 0, 0, 9, 0x9d448f4b, '000000000000000006'],
  ['growing', 10, 1, 18, 9, 0xded57258, '080004000200118006'],
  ['growing', 10, 2, 28, 9, 0x90cd518d, '09000400020091a406'],
  ['growing', 10, 5, 151, 9, 0xbaa14bef, '4b690ce442c0d3a606'],
  ['growing', 10, 16, 139, 21, 0x9db444ee, '711b56a042195ea04076dfeaa8e195966b8870ee06'],
  ['growing', 10, 100, 100, 126, 0x1e51de43, ''],
  ['growing', 16, 1, 30, 9, 0xab6413dc, '08440420021011880b'],
  ['growing', 16, 5, 39, 11, 0x039cf556, '43cbf860b30d4efa51640b'],
  ['growing', 16, 16, 48, 33, 0x0a5e5019, ''],
  ['growing', 16, 100, 5, 201, 0xadd21b4f, ''],
  ['growing', 30, 1, 49, 9, 0x3de4eb2a, '4c4426221211998814'],
  ['growing', 30, 5, 22, 20, 0x51e7a90d, '7cc2eca1c7d8427a39466c4aeb2eda826961ed14'],
  ['growing', 30, 16, 2, 61, 0x79bb594b, ''],
  ['growing', 30, 100, 3, 376, 0x8be20f79, ''],
  ['growing', 44, 1, 80, 9, 0xa588b013, '4c662633939999cc1e'],
  ['growing', 44, 5, 171, 29, 0x2f8a284b, ''],
  ['growing', 44, 16, 4, 89, 0x0e339088, ''],
  ['growing', 44, 100, 1, 551, 0xf729c93f, ''],
  ['growing', 64, 1, 80, 9, 0xa588b013, '4c662633939999cc1e'],
  ['growing', 64, 5, 6, 41, 0x348924c7, ''],
  ['growing', 64, 16, 7, 129, 0x0f24d161, ''],
  ['growing', 64, 100, 0, 801, 0x109a8d7a, ''],
];

test.each(GOLDEN)('%s, %i bits, %i keys', (rule, bitsPerKey, count, matching, length, crc, hex) => {
  const policy = leveldbBloomPolicy({ bitsPerKey });
  const hash = { low: 0, high: 0 };
  const hashes = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const key = RULES[rule]!(i);
    policy.hash(key, 0, key.length, hash);
    hashes.set([hash.low, hash.high], 2 * i);
  }
  const filter = policy.build(hashes, count);
  if (hex !== '') expect(filter).toEqual(fromHex(hex));
  expect(filter.length).toBe(length);
  expect(crc32c(filter)).toBe(crc);

  let found = 0;
  for (let i = 0; i < 10_000; i++) {
    const key = RULES[rule === 'growing' ? 'decimal' : rule]!(1_000_000_000 + i);
    policy.hash(key, 0, key.length, hash);
    if (policy.mayContain(filter, 0, filter.length, hash)) found++;
  }
  expect(found).toBe(matching);
});
