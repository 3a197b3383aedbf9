/** Directories that other programs wrote (fixtures/worlds), and what they hold. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The names of all of them. Looked for when asked: where this file is bundled, there are none. */
export function worldNames(): string[] {
  const names = readdirSync(join(import.meta.dirname, '../fixtures/worlds'));
  return names.filter((name) => !name.includes('README'));
}

/** Where one lies. */
export function worldPath(name: string): string {
  return join(import.meta.dirname, '../fixtures/worlds', name);
}

/** The bytes of its only table. */
export function worldTable(name: string): Uint8Array {
  const file = readdirSync(worldPath(name)).find((one) => /\.(ldb|sst)$/.test(one));
  return new Uint8Array(readFileSync(join(worldPath(name), file ?? '')));
}

const value = (i: number, mark: string): string =>
  Array.from({ length: 6 }, (_, j) => `${mark} ${j} of block ${i}; `).join('');

/** The entries that a reader of its table finds. */
export const TABLE_ENTRIES: ReadonlyMap<string, string> = new Map(
  Array.from({ length: 200 }, (_, i): [string, string] => [
    `key${String(i).padStart(5, '0')}`,
    value(i, i % 3 === 0 ? 'new' : 'old'),
  ]).filter((_, i) => i % 10 !== 0),
);

/** The entries of the whole directory, with those in its log. */
export const WORLD_ENTRIES: ReadonlyMap<string, string> = new Map(
  [...TABLE_ENTRIES, ['key00001', 'in the log'] as const].filter(([key]) => key !== 'key00002'),
);
