/** What a store holds, with a fingerprint that costs little to keep. */
import { crc32c } from '@jump/base';

/** Keys and values, in no order. */
export class Contents {
  readonly #values = new Map<string, Uint8Array>();
  #sum = 0;
  #mixed = 0;

  /** The same for the same entries. */
  get fingerprint(): string {
    return `${this.#values.size} ${this.#sum >>> 0} ${this.#mixed >>> 0}`;
  }

  /** All keys. */
  keys(): Iterable<string> {
    return this.#values.keys();
  }

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Uint8Array): void {
    this.delete(key);
    this.#values.set(key, value);
    this.#count(key, value, 1);
  }

  delete(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#count(key, value, -1);
  }

  clone(): Contents {
    const copy = new Contents();
    for (const [key, value] of this.#values) copy.#values.set(key, value);
    copy.#sum = this.#sum;
    copy.#mixed = this.#mixed;
    return copy;
  }

  /** Says how another one differs, key by key; at most so many. */
  differences(other: Contents, most = 8): string {
    const keys = new Set([...this.#values.keys(), ...other.#values.keys()]);
    const lines: string[] = [];
    for (const key of [...keys].sort()) {
      const [here, there] = [show(this.get(key)), show(other.get(key))];
      if (here !== there) lines.push(`${key}: ${here}, not ${there}`);
    }
    return lines.slice(0, most).join('; ');
  }

  #count(key: string, value: Uint8Array, times: 1 | -1): void {
    const hash = crc32c(value, 0, value.length) ^ hashOf(key);
    this.#sum = (this.#sum + times * Math.imul(hash, 0x9e37_79b1)) | 0;
    this.#mixed = (this.#mixed + times * Math.imul(hash ^ (hash >>> 15), 0x85eb_ca6b)) | 0;
  }
}

/** Shows a value by its first bytes, which say when it was written: see {@link makeValue}. */
function show(value: Uint8Array | undefined): string {
  if (value === undefined) return 'absent';
  const number = value.length < 4 ? '?' : new DataView(value.buffer, value.byteOffset).getUint32(0);
  return `the value of batch ${number} (${value.length} bytes)`;
}

const hashes = new Map<string, number>();

function hashOf(key: string): number {
  let hash = hashes.get(key);
  if (hash !== undefined) return hash;
  hash = 0x811c_9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x0100_0193);
  if (hashes.size > 100_000) hashes.clear();
  hashes.set(key, hash);
  return hash;
}

const POOL = new Uint8Array(1 << 18);
for (let i = 0, state = 1; i < POOL.length; i++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  POOL[i] = state >>> 24;
}

/** Makes a value that no other batch writes: its number, and bytes that compress or do not. */
export function makeValue(batch: number, place: number, length: number): Uint8Array {
  const value = new Uint8Array(Math.max(8, length));
  if (batch % 3 === 0) value.fill(batch);
  else {
    const at = (batch * 7919) % (POOL.length - value.length);
    value.set(POOL.subarray(at, at + value.length));
  }
  const view = new DataView(value.buffer);
  view.setUint32(0, batch);
  view.setUint32(4, place);
  return value;
}
