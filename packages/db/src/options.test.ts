// Goal:   the table of options in the README says what `open` takes, and with which defaults.
// Method: the names that a refusal lists, and the settings that no option at all leads to.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkOptions, resolveOptions, type Settings } from './options.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const rows = [...readme.matchAll(/^\| `(\w+)`( °°?)? \| (.*?) \| .* \|$/gm)].map(
  ([, name = '', mark = '', shown = '']) => ({ name, mark: mark.trim(), shown }),
);

/** The options that `open` knows, or `openReadOnly`, as its refusal of another one names them. */
function knownNames(readOnly: boolean): string[] {
  try {
    resolveOptions({ '': 1 }, readOnly);
  } catch (error) {
    return (error as Error).message.replace(/^.*known are /, '').split(', ');
  }
  throw new Error('an unknown option was taken');
}

/** A default as the README writes it. */
function show(name: string, settings: Settings): string {
  if (name === 'compaction') return `\`${settings.compaction.name}()\``;
  if (name === 'filter') return `\`'${settings.filterName}'\``;
  const value = settings[name as keyof Settings];
  if (typeof value === 'string') return `\`'${value}'\``;
  if (typeof value !== 'number') return `\`${value}\``;
  if (name.endsWith('Size'))
    return value < 2 ** 20 ? `${value / 2 ** 10} KiB` : `${value / 2 ** 20} MiB`;
  return String(value);
}

/** Defaults that are words, each with what has to be so for them to be true. */
const WORDS: Record<string, [shown: string, holds: (settings: Settings) => boolean]> = {
  indexInterval: ['none', ({ indexInterval }) => indexInterval >= 2 ** 31],
  mergeThreshold: ["the strategy's", () => true],
  comparator: ['by bytes', ({ comparator }) => comparator.name === 'leveldb.BytewiseComparator'],
  codecs: ['Snappy', ({ codecs }) => codecs === undefined],
  comparators: ['none', ({ comparators }) => comparators.length === 0],
  vfs: ["Node's files", ({ vfs }) => vfs === undefined],
  onEvent: ['none', ({ onEvent }) => onEvent === undefined],
};

test('names every option, and marks those of openReadOnly', () => {
  const named = (isOne: (mark: string) => boolean): string[] =>
    rows.filter(({ mark }) => isOne(mark)).map(({ name }) => name);
  expect(named((mark) => mark !== '°°').toSorted()).toEqual(knownNames(false).toSorted());
  expect(named((mark) => mark !== '').toSorted()).toEqual(knownNames(true).toSorted());
});

test.each(rows)('shows the default of $name', ({ name, shown }) => {
  const settings = resolveOptions(undefined, false);
  const words = WORDS[name];
  expect(shown).toBe(words?.[0] ?? show(name, settings));
  expect(words?.[1](settings) ?? true).toBe(true);
});

test('can be checked without opening a store', () => {
  for (const good of [undefined, {}, { cacheSize: 0 }]) checkOptions(good);
  expect(() => checkOptions({ cachSize: 1 })).toThrow(/unknown option "cachSize"; .*cacheSize/);
  expect(() => checkOptions({ codecs: {} })).toThrow(TypeError);
  expect(() => checkOptions({ cacheSize: -1 })).toThrow(RangeError);
  expect(() => checkOptions(1)).toThrow(TypeError);
});
