/** The edits of a manifest, one by one. */
import { LogReader } from '@jump/log';
import { decodeVersionEdit, type VersionEdit } from '@jump/manifest';

/** One edit, or a part that is none. */
export type ManifestLine =
  | { readonly type: 'edit'; readonly offset: number; readonly edit: VersionEdit }
  | {
      readonly type: 'damage';
      readonly offset: number;
      readonly bytes: number;
      readonly reason: string;
    };

/** Reads a manifest edit by edit; damage is told where it is, and passed over. */
export function* manifestEdits(path: string): Generator<ManifestLine, void, void> {
  for (const item of LogReader.open(path).items()) {
    const { start: offset } = item;
    if (item.type === 'damage') {
      yield { type: 'damage', offset, bytes: item.end - offset, reason: item.message };
    } else yield { type: 'edit', offset, edit: decodeVersionEdit(item.bytes, path, offset) };
  }
}
