/**
 * The header of an entry inside a block: three varints of 32 bits.
 *
 *   shared | unshared | value length | key bytes from `shared` on … | value …
 *
 * `shared` counts the bytes that the key has in common with the key before it in the block. Hot loops
 * read the usual case, three single bytes, themselves, and call {@link readHeader} for the others.
 */

/** What {@link readHeader} found; reused, so that reading allocates nothing. */
export class EntryHeader {
  shared = 0;
  unshared = 0;
  valueLength = 0;
  /** Where the key's own bytes begin. */
  keyAt = 0;
}

/**
 * Reads the header at `at` into `header`.
 *
 * @returns whether three well-formed varints of 32 bits end at `end` at the latest
 */
export function readHeader(
  bytes: Uint8Array,
  at: number,
  end: number,
  header: EntryHeader,
): boolean {
  let position = at;
  for (let field = 0; field < 3; field++) {
    let value = 0;
    let shift = 0;
    for (;;) {
      if (position >= end || shift > 28) return false;
      const byte = bytes[position++]!;
      if (shift === 28 && byte > 0x0f) return false;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
      shift += 7;
    }
    value >>>= 0;
    if (field === 0) header.shared = value;
    else if (field === 1) header.unshared = value;
    else header.valueLength = value;
  }
  header.keyAt = position;
  return true;
}
