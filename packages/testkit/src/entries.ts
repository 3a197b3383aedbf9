/**
 * Random keys and values that go to the edges: where stores break is where lengths are 0, bytes are
 * 0x00 or 0xff, keys begin alike, or one key is the beginning of another.
 */
import { compareBytes } from '@jump/base';
import type { Random } from './random.ts';

/** An entry as tests write it down. */
export interface Entry {
  /** The key. */
  readonly key: Uint8Array;
  /** The value. */
  readonly value: Uint8Array;
}

/** What random keys look like; each has a default. */
export interface KeyOptions {
  /**
   * How many different ordinary keys there are: few, so that keys are written again. Default 200.
   */
  readonly space?: number;
  /** The longest key, drawn once in a few hundred. Default 65536. */
  readonly maxLength?: number;
  /** Whether the empty key may be drawn. Default true. */
  readonly empty?: boolean;
}

const encoder = new TextEncoder();

/** Draws a key: mostly one of few ordinary ones, sometimes an extreme one. */
export function randomKey(random: Random, options: KeyOptions = {}): Uint8Array {
  const { space = 200, maxLength = 65_536, empty = true } = options;
  const draw = random.integer(0, 299);
  if (draw === 0 && empty) return new Uint8Array(0);
  if (draw === 1) return random.bytes(random.integer(1, maxLength));
  if (draw < 20) return run(random, 0x00, maxLength);
  if (draw < 40) return run(random, 0xff, maxLength);
  if (draw < 70) return random.bytes(Math.min(random.integer(1, 12), maxLength));
  const name = `key${random.integer(0, space - 1)}`;
  // One key in five begins like all others of a long prefix; one in ten goes on behind another.
  const text = draw < 120 ? `shared/prefix/of/many/${name}` : draw < 150 ? `${name}/more` : name;
  return encoder.encode(text).subarray(0, maxLength);
}

/** One byte repeated, sometimes with another byte at its end. */
function run(random: Random, byte: number, maxLength: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(random.integer(1, 16), maxLength)).fill(byte);
  if (random.chance(0.3)) bytes[bytes.length - 1] = random.bits();
  return bytes;
}

/** Draws a value of 0 to `maxLength` bytes (a mebibyte), small ones far more often. */
export function randomValue(random: Random, maxLength = 0x10_0000): Uint8Array {
  const draw = random.integer(0, 499);
  if (draw < 25) return new Uint8Array(0);
  const length = draw === 25 ? maxLength : random.skewed(draw < 40 ? maxLength : 300);
  const bytes = new Uint8Array(Math.min(length, maxLength));
  // Half of them compress well, half not at all.
  if (random.chance(0.5)) return bytes.fill(random.bits());
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.bits();
  return bytes;
}

/** Draws entries of different keys, in ascending order; fewer than `count` where keys repeat. */
export function randomEntries(random: Random, count: number, options: KeyOptions = {}): Entry[] {
  const keys: Uint8Array[] = [];
  for (let i = 0; i < count; i++) keys.push(randomKey(random, { space: count * 4, ...options }));
  return keys
    .sort(compareBytes)
    .filter((key, i) => i === 0 || compareBytes(key, keys[i - 1] as Uint8Array) !== 0)
    .map((key) => ({ key, value: randomValue(random, 1000) }));
}
