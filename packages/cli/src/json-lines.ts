/** Reading JSON Lines: an entry a line, `{"key": …, "value": …}`, compressed or not. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { EncodingOptions } from './commands/options.ts';
import { fromJson, type Json, textOf } from './encodings.ts';
import { UsageError } from './exit-codes.ts';

/** A line that is not an entry. */
class InputError extends Error {
  override readonly name = 'InputError';
}

/**
 * Reads entries, in memory for one line.
 *
 * @param onBytes - told how many bytes of the source were read, as they are stored
 * @throws InputError for a line that is not an entry, naming it
 */
export async function* readEntries(
  source: Readable,
  options: EncodingOptions,
  onBytes: (size: number) => void,
): AsyncGenerator<[Uint8Array, Uint8Array]> {
  let number = 0;
  for await (const lines of linesOf(plain(source, onBytes))) {
    for (const line of lines) {
      number++;
      const entry = parseLine(line, number, options);
      if (entry !== undefined) yield entry;
    }
  }
}

/** Decompresses what begins as gzip does. */
async function* plain(
  source: Readable,
  onBytes: (size: number) => void,
): AsyncGenerator<Uint8Array> {
  const counted = countChunks(source, onBytes);
  let first: Uint8Array = Buffer.alloc(0);
  while (first.length < 2) {
    const { value, done } = await counted.next();
    if (done === true) break;
    first = Buffer.concat([first, value]);
  }
  const whole = prepend(first, counted);
  if (!isGzip(first)) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip();
  // An error of either end comes out of the other: the loop below gets it.
  pipeline(Readable.from(whole, { objectMode: false }), gunzip, () => {});
  for await (const chunk of gunzip) yield chunk as Uint8Array;
}

async function* countChunks(
  source: Readable,
  onBytes: (size: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const given of source) {
    const chunk = typeof given === 'string' ? Buffer.from(given) : (given as Uint8Array);
    onBytes(chunk.length);
    if (chunk.length > 0) yield chunk;
  }
}

async function* prepend<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Cuts chunks into lines: for each chunk the lines that end in it. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let pieces: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const piece = chunk.subarray(start, end);
      lines.push(pieces.length === 0 ? piece : Buffer.concat([...pieces, piece]));
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
    yield lines;
  }
  if (pieces.length > 0) yield [Buffer.concat(pieces)];
}

function parseLine(
  line: Uint8Array,
  number: number,
  { key: keys, value: values }: EncodingOptions,
): [Uint8Array, Uint8Array] | undefined {
  const at = `line ${number}`;
  const text = textOf(line);
  if (text === undefined) throw new InputError(`${at}: not UTF-8`);
  // Some programs begin a file with a byte order mark, and end it with empty lines.
  const trimmed = (number === 1 ? text.replace(/^\ufeff/, '') : text).trim();
  if (trimmed === '') return undefined;
  const { key, value } = parseEntry(trimmed, at);
  try {
    return [fromJson(keys, key, `${at}: the key`), fromJson(values, value, `${at}: the value`)];
  } catch (error) {
    throw error instanceof UsageError ? new InputError(error.message) : error;
  }
}

function parseEntry(text: string, at: string): { key: Json; value: Json } {
  let entry: Json;
  try {
    entry = JSON.parse(text) as Json;
  } catch (error) {
    throw new InputError(`${at}: not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const isObject = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
  if (
    !isObject ||
    Object.keys(entry as object).some((name) => name !== 'key' && name !== 'value')
  ) {
    throw new InputError(`${at}: not an object of key and value`);
  }
  const { key, value } = entry as { key?: Json; value?: Json };
  if (key === undefined) throw new InputError(`${at}: it has no key`);
  if (value === undefined) throw new InputError(`${at}: it has no value`);
  return { key, value };
}
