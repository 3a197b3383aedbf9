/**
 * How keys and values, which are bytes, are given and shown: as text, hexadecimal, JSON, base64.
 */
import { isUtf8 } from 'node:buffer';
import { utf8Encode } from '@jump/base';
import { UsageError } from './exit-codes.ts';

/** The ways, in the order in which they are offered. */
export const ENCODINGS = ['text', 'hex', 'json', 'base64'] as const;

/** One of them. */
export type EncodingName = (typeof ENCODINGS)[number];

/** Stored bytes that are not what the user said they are. */
export class NotEncodable extends Error {
  override readonly name = 'NotEncodable';
}

/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Reads UTF-8; `undefined` if the bytes are something else. */
export function textOf(bytes: Uint8Array): string | undefined {
  // A decoder that throws takes many times as long, and much that is stored is no text.
  return isUtf8(bytes) ? view(bytes).toString('utf8') : undefined;
}

/**
 * Turns what somebody typed into bytes.
 *
 * @param what - what it is, for the message: "the key"
 * @throws UsageError if it is not what the encoding says
 */
export function parse(encoding: EncodingName, given: string, what: string): Uint8Array {
  switch (encoding) {
    case 'text':
      return encodeText(given, what);
    case 'hex':
      if (/^(?:[\da-f]{2})*$/i.test(given)) return Buffer.from(given, 'hex');
      throw new UsageError(`${what} is not hexadecimal, two digits a byte: ${shorten(given)}`);
    case 'json':
      return encodeText(JSON.stringify(parseJson(given, what)), what);
    case 'base64':
      return decodeBase64(given, what);
  }
}

/** Turns a value of JSON, of an export, into bytes. @throws UsageError */
export function fromJson(encoding: EncodingName, given: Json, what: string): Uint8Array {
  if (encoding === 'json') return encodeText(JSON.stringify(given), what);
  if (typeof given === 'string') return parse(encoding, given, what);
  if (isBase64Object(given)) return decodeBase64(given.base64, what);
  throw new UsageError(
    `${what} must be a string, or an object with base64, got ${shorten(JSON.stringify(given))}`,
  );
}

/**
 * Turns bytes into the text of a value of JSON, which `fromJson` turns back. Bytes that are no text
 * become `{"base64":"…"}`; what is JSON already stays as it is written.
 *
 * @throws NotEncodable if they are to be JSON and are not
 */
export function toJson(encoding: EncodingName, bytes: Uint8Array, what: string): string {
  switch (encoding) {
    case 'text': {
      const text = textOf(bytes);
      return text === undefined ? `{"base64":"${asBase64(bytes)}"}` : JSON.stringify(text);
    }
    case 'hex':
      return `"${asHex(bytes)}"`;
    case 'json':
      return jsonText(bytes, what);
    case 'base64':
      return `"${asBase64(bytes)}"`;
  }
}

/**
 * Shows bytes in one line, for people: what does not print, a line feed, or a byte that is no
 * UTF-8, appears as `\n` or `\xff`.
 *
 * @throws NotEncodable if they are to be JSON and are not
 */
export function show(encoding: EncodingName, bytes: Uint8Array, what: string): string {
  switch (encoding) {
    case 'text':
      return visible(bytes);
    case 'hex':
      return asHex(bytes);
    case 'json':
      return jsonText(bytes, what);
    case 'base64':
      return asBase64(bytes);
  }
}

/** Shows text so that it stays in its line, and tells the terminal nothing. */
export function visible(bytes: Uint8Array): string {
  const text = textOf(bytes);
  if (text !== undefined) return escapeControls(text);
  // No UTF-8: bytes that are none are shown one by one, so that no replacement character hides
  // them.
  let shown = '';
  for (let start = 0; start < bytes.length; ) {
    let end = start;
    let length = sequenceLength(bytes, end);
    for (; length > 0; length = sequenceLength(bytes, end)) end += length;
    shown += escapeControls(view(bytes).toString('utf8', start, end));
    if (end < bytes.length) shown += hexEscape(bytes[end]!);
    start = end + 1;
  }
  return shown;
}

/** Shows the controls of a text; `keep` are those that may stay. */
export function escapeControls(text: string, keep = ''): string {
  return text.replace(CONTROLS, (control) =>
    keep.includes(control) ? control : (NAMED[control] ?? hexEscape(control.charCodeAt(0))),
  );
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/** C0, DEL, C1. */
const CONTROLS = /[\p{Cc}]/gu;

/** The length of the UTF-8 sequence at `at`; 0 if there is none. (Unicode, table 3-7.) */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first === undefined) return 0;
  if (first < 0x80) return 1;
  const length = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // Too long a form, half of a pair, beyond Unicode: the second byte tells.
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    if (byte < (i === 1 ? least : 0x80) || byte > (i === 1 ? most : 0xbf)) return 0;
  }
  return length;
}

function hexEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

function encodeText(text: string, what: string): Uint8Array {
  try {
    return utf8Encode(text, what);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parseJson(given: string, what: string): Json {
  try {
    return JSON.parse(given) as Json;
  } catch {
    throw new UsageError(`${what} is not JSON (text needs quotes, "like this"): ${shorten(given)}`);
  }
}

/** The stored text of a value of JSON, in one line. */
function jsonText(bytes: Uint8Array, what: string): string {
  const text = textOf(bytes);
  try {
    if (text !== undefined) {
      JSON.parse(text);
      // In JSON a line feed is white space between two tokens, and nothing else.
      return text.replace(/[\n\r]+/g, ' ');
    }
  } catch {
    // Told below.
  }
  throw new NotEncodable(`${what} is not JSON: ${shorten(visible(bytes.subarray(0, 200)))}`);
}

function decodeBase64(given: string, what: string): Uint8Array {
  // Both alphabets, with or without padding.
  if (/^[\w+/-]*={0,2}$/.test(given)) return Buffer.from(given, 'base64');
  throw new UsageError(`${what} is not base64: ${shorten(given)}`);
}

function isBase64Object(given: Json): given is { base64: string } {
  return (
    typeof given === 'object' &&
    given !== null &&
    !Array.isArray(given) &&
    typeof given['base64'] === 'string' &&
    Object.keys(given).length === 1
  );
}

function asHex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

function asBase64(bytes: Uint8Array): string {
  return view(bytes).toString('base64');
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Shortens what a message quotes. */
function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
