/**
 * How a dump looks: a line for everything that is stored, tabs between its columns, the first of
 * them
 * `file:offset`, so that `grep` and `cut` get on with it.
 */
import { readSequence56, TRAILER_LENGTH } from '@jump/base';
import type { LogEntry } from '@jump/log';
import type { TableMeta, VersionEdit } from '@jump/manifest';
import type { Context } from '../context.ts';
import { type DirectoryFile, isTornTail } from '../disk/directory.ts';
import type { ManifestLine } from '../disk/manifest-edits.ts';
import type { TableLine } from '../disk/table-entries.ts';
import { show, toJson, visible } from '../encodings.ts';
import type { DumpOptions } from './dump.ts';

/** Something that is stored. */
export type DumpLine = LogEntry | ManifestLine | TableLine;

type Entry = Extract<DumpLine, { readonly type: 'entry' }>;
type Damage = Extract<DumpLine, { readonly type: 'damage' }>;

/** Prints a dump. */
export class DumpPrinter {
  /** Lines printed. */
  lines = 0;
  /** Whether there was damage that a crash alone cannot explain. */
  damaged = false;
  readonly #context: Context;
  readonly #options: DumpOptions;

  constructor(context: Context, options: DumpOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Prints one line about a file, of a level if it is a live table. */
  print(file: DirectoryFile, level: number | undefined, line: DumpLine): void {
    this.lines++;
    const { out } = this.#context;
    const isDamage = line.type === 'damage';
    const torn = isDamage && isTornTail(file, line);
    if (isDamage && !torn) this.damaged = true;
    if (this.#context.json) out.line(this.#json(file.name, level, line, torn));
    else out.line(this.#text(file.name, line, torn));
  }

  #text(file: string, line: DumpLine, torn: boolean): string {
    const { paint } = this.#context;
    const place = paint.dim(`${file}:${line.offset}`);
    if (line.type === 'entry') {
      const kind = line.kind === 'deletion' ? paint.red('deletion') : 'value';
      const shadowed = this.#options.byKey === true && isShadowed(line) ? ', shadowed' : '';
      return `${place}\t${line.sequence}\t${kind}${shadowed}\t${this.#entryText(line)}`;
    }
    if (line.type === 'mark') return `${place}\t${line.sequence}\tdurable mark`;
    if (line.type === 'edit') return `${place}\tedit\t${editText(line.edit)}`;
    const bytes = line.bytes === 0 ? '' : `${line.bytes} bytes: `;
    return `${place}\t${paint.red(torn ? 'torn' : 'damage')}\t${bytes}${line.reason}`;
  }

  #entryText(entry: Entry): string {
    const { paint } = this.#context;
    const key = paint.cyan(show(this.#options.key, entry.userKey, 'a key'));
    if (entry.kind === 'deletion') return key;
    const { value } = entry;
    if (this.#options.sizes === true) return `${key}\t${value.length} bytes`;
    return `${key}\t${show(this.#options.value, value, 'a value')}`;
  }

  #json(file: string, level: number | undefined, line: DumpLine, torn: boolean): string {
    const place = {
      file,
      ...(level === undefined ? {} : { level }),
      offset: line.offset,
    };
    if (line.type === 'entry') return this.#entryJson(place, line);
    if (line.type === 'mark')
      return lineJson(place, { kind: 'mark', sequence: Number(line.sequence) });
    if (line.type === 'edit') return lineJson(place, { kind: 'edit', ...editJson(line.edit) });
    const { bytes, reason } = line as Damage;
    return lineJson(place, { kind: torn ? 'torn' : 'damage', bytes, reason });
  }

  #entryJson(place: object, entry: Entry): string {
    const { key: keys, value: values, sizes } = this.#options;
    const { kind } = entry;
    const sequence = Number(entry.sequence);
    // A newer version of the key lies in the same file, or, by key, in any: nobody sees this one.
    const shadowed = isShadowed(entry) ? { shadowed: true } : {};
    const head = lineJson(place, { kind, sequence, ...shadowed }).slice(0, -1);
    const key = toJson(keys, entry.userKey, 'a key');
    if (kind === 'deletion') return `${head},"key":${key}}`;
    const { value } = entry;
    if (sizes === true) return `${head},"key":${key},"size":${value.length}}`;
    return `${head},"key":${key},"value":${toJson(values, value, 'a value')}}`;
  }
}

function isShadowed(entry: Entry): boolean {
  return 'shadowed' in entry && entry.shadowed;
}

function lineJson(place: object, fields: object): string {
  return JSON.stringify({ ...place, ...fields });
}

/** What an edit says, in the words of its format. */
function editText(edit: VersionEdit): string {
  const parts: string[] = [];
  const { comparator, logNumber, previousLogNumber, nextFileNumber, lastSequence } = edit;
  if (comparator !== undefined) parts.push(`comparator ${comparator}`);
  if (logNumber !== undefined) parts.push(`log ${logNumber}`);
  if (previousLogNumber !== undefined) parts.push(`previous log ${previousLogNumber}`);
  if (nextFileNumber !== undefined) parts.push(`next file ${nextFileNumber}`);
  if (lastSequence !== undefined) parts.push(`last sequence ${lastSequence}`);
  for (const { level, key } of edit.compactPointers) {
    parts.push(`level ${level} goes on after ${keyText(key)}`);
  }
  for (const { level, number } of edit.deleted) parts.push(`-${number} from level ${level}`);
  for (const { level, table } of edit.added) {
    const range = `${keyText(table.smallest)} … ${keyText(table.largest)}`;
    parts.push(`+${table.number} to level ${level} (${table.fileSize} bytes, ${range})`);
  }
  return parts.join(', ');
}

function editJson({ compactPointers, deleted, added, ...fields }: VersionEdit): object {
  const table = ({ number, fileSize, smallest, largest }: TableMeta): object => ({
    number,
    fileSize,
    smallest: keyText(smallest),
    largest: keyText(largest),
  });
  return {
    ...fields,
    compactPointers: compactPointers.map(({ level, key }) => ({ level, key: keyText(key) })),
    deleted,
    added: added.map((one) => ({ level: one.level, ...table(one.table) })),
  };
}

/** An internal key: the user's, and its sequence. */
function keyText(key: Uint8Array): string {
  if (key.length < TRAILER_LENGTH) return visible(key);
  const user = visible(key.subarray(0, key.length - TRAILER_LENGTH));
  return `${user}@${readSequence56(key, key.length)}`;
}
