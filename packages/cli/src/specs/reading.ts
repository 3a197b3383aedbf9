/** Commands that read entries. */
import { Option } from 'commander';
import type { DiffOptions } from '../commands/diff.ts';
import type { ExportOptions } from '../commands/export.ts';
import type { GetOptions } from '../commands/get.ts';
import type { RangeCommandOptions } from '../commands/options.ts';
import type { ScanOptions } from '../commands/scan.ts';
import type { CommandSpec } from './spec.ts';

const STORE = ['<directory>', 'the directory of the store'] as const;

const get: CommandSpec = {
  name: 'get',
  summary: 'print the value of a key',
  description: 'Prints the value of a key. Exit code 1 if the key is not there.',
  arguments: [STORE, ['<key>', 'the key']],
  shared: ['encodings', 'recovery'],
  options: () => [new Option('--raw', 'the bytes as they are stored, and no line feed')],
  examples: [
    ['jump get ./data user:17', 'the value, as text'],
    ['jump get ./data user:17 -v json | jq .name', 'a value that is JSON'],
    ['jump get ./data -k hex 00ff41 --raw > value.bin', 'a binary key, a binary value'],
  ],
  run: async (context, [directory, key], options) => {
    const { get } = await import('../commands/get.ts');
    return get(context, directory as string, key as string, options as GetOptions);
  },
};

const scan: CommandSpec = {
  name: 'scan',
  summary: 'print entries in order',
  description:
    'Prints entries in the order of their keys: key, tab, value, one line each. As text, what does ' +
    'not print is shown as \\n, \\t or \\xff; hex, base64 and --json lose nothing.',
  arguments: [STORE],
  shared: ['encodings', 'range', 'recovery'],
  options: () => [
    new Option('--only <part>', 'print only this').choices(['keys', 'values']),
    new Option('--tolerant', 'read around damage, and tell where it is; older values may show'),
  ],
  examples: [
    ['jump scan ./data | head', 'the first ten entries'],
    ['jump scan ./data --prefix user: --only keys', 'which users there are'],
    [
      'jump scan ./data --from 2024-01 --to 2024-02 --reverse --limit 5',
      'the last five of a month',
    ],
    ['jump scan ./data -k hex -v base64', 'whatever the bytes are'],
    ['jump scan ./data --tolerant', 'what a damaged store still has'],
  ],
  run: async (context, [directory], options) => {
    const { scan } = await import('../commands/scan.ts');
    return scan(context, directory as string, options as ScanOptions);
  },
};

const count: CommandSpec = {
  name: 'count',
  summary: 'count entries',
  description: 'Counts what a scan would print, in a range or in all of the store.',
  arguments: [STORE],
  shared: ['encodings', 'range', 'recovery'],
  examples: [
    ['jump count ./data', 'all entries'],
    ['jump count ./data --prefix user:', 'how many users there are'],
  ],
  run: async (context, [directory], options) => {
    const { count } = await import('../commands/count.ts');
    return count(context, directory as string, options as RangeCommandOptions);
  },
};

const exportEntries: CommandSpec = {
  name: 'export',
  summary: 'write entries as JSON Lines',
  description:
    'Writes entries as JSON Lines, one {"key": …, "value": …} a line, to a file or to stdout. What is ' +
    'no text becomes {"base64": "…"}, so that nothing is lost; import takes it back. The file is ' +
    'there when it is whole, and not before.',
  arguments: [STORE, ['[file]', 'where to; stdout without it; .gz compresses']],
  shared: ['encodings', 'range', 'recovery'],
  options: () => [
    new Option('--gzip', 'compress'),
    new Option('--force', 'replace a file that is there'),
  ],
  examples: [
    ['jump export ./data backup.jsonl.gz', 'everything, compressed'],
    ['jump export ./data -v json | jq .value.name', 'values that are JSON, as JSON'],
    ['jump export ./data --prefix user: users.jsonl', 'a part'],
  ],
  run: async (context, [directory, file], options) => {
    const { exportEntries } = await import('../commands/export.ts');
    return exportEntries(
      context,
      directory as string,
      file as string | undefined,
      options as ExportOptions,
    );
  },
};

const diff: CommandSpec = {
  name: 'diff',
  summary: 'compare two stores',
  description:
    'Compares the entries of two stores: - is only in the first, + only in the second, ~ in both, ' +
    'with different values. Exit code 1 if they differ.',
  arguments: [
    ['<directory>', 'the directory of one store'],
    ['<other>', 'the directory of the other'],
  ],
  shared: ['encodings', 'range', 'recovery'],
  options: () => [new Option('-q, --quiet', 'only the exit code')],
  examples: [
    ['jump diff ./data ./copy', 'every difference'],
    ['jump diff ./data ./copy --quiet && echo the same', 'whether there is any'],
  ],
  run: async (context, [directory, other], options) => {
    const { diff } = await import('../commands/diff.ts');
    return diff(context, directory as string, other as string, options as DiffOptions);
  },
};

/** In the order of the list. */
export const READING: readonly CommandSpec[] = [get, scan, count, exportEntries, diff];
