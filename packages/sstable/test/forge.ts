/** Tables made by hand, part by part, with true checksums: sound ones and others. */
import { crc32c, maskCrc, writeFixed32, writeVarint, writeVarint64 } from '@jump/base';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

export interface RawEntry {
  shared?: number;
  unshared?: number;
  valueLength?: number;
  key?: Uint8Array;
  value?: Uint8Array;
}

/** Builds a block's contents from entries as they are told. */
export function block(
  entries: RawEntry[],
  restarts: number[] = [0],
  restartCount = restarts.length,
): Uint8Array {
  const size = entries.reduce(
    (sum, e) => sum + 15 + (e.key?.length ?? 0) + (e.value?.length ?? 0),
    0,
  );
  const bytes = new Uint8Array(size + 4 * restarts.length + 4);
  let at = 0;
  for (const { key = new Uint8Array(0), value = new Uint8Array(0), ...lengths } of entries) {
    at = writeVarint(bytes, at, lengths.shared ?? 0);
    at = writeVarint(bytes, at, lengths.unshared ?? key.length);
    at = writeVarint(bytes, at, lengths.valueLength ?? value.length);
    bytes.set(key, at);
    bytes.set(value, at + key.length);
    at += key.length + value.length;
  }
  for (const restart of restarts) {
    writeFixed32(bytes, at, restart);
    at += 4;
  }
  writeFixed32(bytes, at, restartCount);
  return bytes.slice(0, at + 4);
}

/** Encodes a handle. */
export function handle(offset: number | bigint, size: number | bigint): Uint8Array {
  const bytes = new Uint8Array(20);
  return bytes.slice(
    0,
    writeVarint64(bytes, writeVarint64(bytes, 0, BigInt(offset)), BigInt(size)),
  );
}

export interface Parts {
  /** Where in the file the table's first byte is thought to be. */
  base?: number;
  data?: { contents: Uint8Array; codec?: number }[];
  /** Index entries; by default one a data block. */
  index?: (places: Place[]) => RawEntry[];
  meta?: (places: Place[]) => RawEntry[];
  indexBlock?: (places: Place[]) => Uint8Array;
  footer?: (meta: Place, index: Place) => [Uint8Array, Uint8Array];
}
export interface Place {
  offset: number;
  size: number;
}

/** Puts a table together. */
export function forge({
  data = [{ contents: block([{ key: text('a') }]) }],
  ...parts
}: Parts): Uint8Array {
  const chunks: number[] = [];
  const put = (contents: Uint8Array, codec = 0): Place => {
    const place = { offset: (parts.base ?? 0) + chunks.length, size: contents.length };
    const sealed = new Uint8Array(contents.length + 5);
    sealed.set(contents);
    sealed[contents.length] = codec;
    writeFixed32(sealed, contents.length + 1, maskCrc(crc32c(sealed, 0, contents.length + 1)));
    for (const byte of sealed) chunks.push(byte);
    return place;
  };
  const places = data.map(({ contents, codec }) => put(contents, codec));
  const meta = put(block(parts.meta?.(places) ?? []));
  const entries =
    parts.index?.(places) ??
    places.map(({ offset, size }, i) => ({ key: text(`z${i}`), value: handle(offset, size) }));
  const offsets = entries.map((_, i) => block(entries.slice(0, i)).length - 8);
  const index = put(
    parts.indexBlock?.(places) ?? block(entries, entries.length > 0 ? offsets : [0]),
  );
  const [metaHandle, indexHandle] = parts.footer?.(meta, index) ?? [
    handle(meta.offset, meta.size),
    handle(index.offset, index.size),
  ];
  const footer = new Uint8Array(48);
  footer.set(metaHandle);
  footer.set(indexHandle, metaHandle.length);
  writeFixed32(footer, 40, 0x8b80fb57);
  writeFixed32(footer, 44, 0xdb477524);
  return Uint8Array.from([...chunks, ...footer]);
}
