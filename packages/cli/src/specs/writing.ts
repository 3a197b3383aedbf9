/** Commands that write; and `checkpoint`, which writes elsewhere. */
import { Option } from 'commander';
import type { CheckpointOptions } from '../commands/checkpoint.ts';
import type { CompactOptions } from '../commands/compact.ts';
import type { DeleteOptions } from '../commands/delete.ts';
import type { ImportOptions } from '../commands/import.ts';
import type { RepairOptions } from '../commands/repair.ts';
import type { SetOptions } from '../commands/set.ts';
import { ORDERS } from '../disk/orders.ts';
import { parseWhole } from '../shared-options.ts';
import type { CommandSpec } from './spec.ts';

const STORE = ['<directory>', 'the directory of the store'] as const;

const set: CommandSpec = {
  name: 'set',
  summary: 'set the value of a key',
  description: 'Sets the value of a key. It is on stable storage when the command has ended.',
  writes: true,
  arguments: [STORE, ['<key>', 'the key'], ['[value]', 'the value; from stdin without it']],
  shared: ['encodings', 'recovery'],
  options: () => [new Option('--create', 'make the store if there is none')],
  examples: [
    ['jump set ./data greeting hello', 'text'],
    ['jump set ./data user:17 -v json \'{"name":"Ada"}\'', 'checked to be JSON'],
    ['jump set ./data picture < picture.png', 'the bytes of a file'],
  ],
  run: async (context, [directory, key, value], options) => {
    const { set } = await import('../commands/set.ts');
    return set(
      context,
      directory as string,
      key as string,
      value as string | undefined,
      options as SetOptions,
    );
  },
};

const deleteKeys: CommandSpec = {
  name: 'delete',
  summary: 'delete keys',
  description:
    'Deletes keys, or all keys of a range, in one step: all of them or none. Exit code 1 if none was ' +
    'there.',
  writes: true,
  arguments: [STORE, ['[keys...]', 'the keys']],
  shared: ['encodings', 'range', 'recovery'],
  examples: [
    ['jump delete ./data user:17 user:18', 'two keys'],
    ['jump delete ./data --prefix session:', 'a range'],
  ],
  run: async (context, [directory, keys], options) => {
    const { deleteKeys } = await import('../commands/delete.ts');
    return deleteKeys(context, directory as string, keys as string[], options as DeleteOptions);
  },
};

const importEntries: CommandSpec = {
  name: 'import',
  summary: 'read entries from JSON Lines',
  description:
    'Reads JSON Lines as export writes them, from a file or from stdin, compressed or not, and writes ' +
    'the entries straight into tables: all of them or, if anything goes wrong, none. Makes the store ' +
    'if there is none. What is in the order of the keys is written once, the rest twice.',
  writes: true,
  arguments: [STORE, ['[file]', 'where from; stdin without it']],
  shared: ['encodings', 'recovery'],
  options: () => [
    new Option('--memory <MiB>', 'how much is sorted in memory at a time')
      .argParser(parseWhole)
      .default(64),
    new Option('--new', 'refuse a store that is there'),
  ],
  examples: [
    ['jump import ./data backup.jsonl.gz', 'what export wrote'],
    ["jq -c '{key: .id, value: .}' users.json | jump import ./users -v json", 'anything'],
    ['jump export ./old | jump import ./new', 'a copy without what was deleted'],
  ],
  run: async (context, [directory, file], options) => {
    const { importEntries } = await import('../commands/import.ts');
    return importEntries(
      context,
      directory as string,
      file as string | undefined,
      options as ImportOptions,
    );
  },
};

const compact: CommandSpec = {
  name: 'compact',
  summary: 'merge tables',
  description:
    'Merges the tables of a store, or of a range, into one sorted run: what was deleted or overwritten ' +
    'takes no room any more.',
  writes: true,
  arguments: [STORE],
  shared: ['encodings', 'bounds', 'recovery'],
  examples: [
    ['jump compact ./data', 'everything'],
    ['jump compact ./data --prefix log:2023', 'a range'],
  ],
  run: async (context, [directory], options) => {
    const { compact } = await import('../commands/compact.ts');
    return compact(context, directory as string, options as CompactOptions);
  },
};

const repair: CommandSpec = {
  name: 'repair',
  summary: 'make a store of what is whole',
  description:
    'Makes a store of all that is whole in a damaged directory: into a new one, <directory>.repaired ' +
    'unless told otherwise. Every block and record is checked; what was deleted stays deleted, as far ' +
    'as the files can tell. The damaged files stay as they are, with --in-place in the subdirectory ' +
    'lost. The store is locked meanwhile. Exit code 4 if anything is lost, 0 if nothing is.',
  arguments: [STORE],
  shared: [],
  options: () => [
    new Option('-n, --dry-run', 'only tell what would be kept, and write nothing at all'),
    new Option('--into <target>', 'a directory that does not exist, or is empty'),
    new Option('--in-place', 'write into the store; its files are then in its subdirectory lost'),
    new Option(
      '--doubtful <what>',
      'keys of which something newer, perhaps their deletion, is lost: drop them, or keep what is left',
    )
      .choices(['drop', 'keep'])
      .default('drop'),
    new Option('--compression <kind>', 'of the new tables; none for Minecraft')
      .choices(['snappy', 'none'])
      .default('snappy'),
    new Option(
      '--order <name>',
      'how keys are ordered, where no manifest is left to say it',
    ).choices(ORDERS),
  ],
  examples: [
    ['jump repair ./data --dry-run', 'first: what is damaged, and what would be left?'],
    ['jump repair ./data', 'then: into ./data.repaired'],
    ['jump repair ./data --in-place', 'where it is; what it was before is then in ./data/lost'],
    ["jump repair ./data --json | jq -r '.warnings[]'", 'what may not be as it was'],
  ],
  run: async (context, [directory], options) => {
    const { repair } = await import('../commands/repair.ts');
    return repair(context, directory as string, options as RepairOptions);
  },
};

const checkpoint: CommandSpec = {
  name: 'checkpoint',
  summary: 'make a copy that can be opened',
  description:
    'Makes a consistent copy of a store, which may be in use: tables as hard links where the file ' +
    'system has them, else copied. Nothing is written into the store itself.',
  arguments: [STORE, ['<target>', 'a directory that does not exist, or is empty']],
  shared: ['recovery'],
  examples: [['jump checkpoint ./data ./backup/monday', 'takes a moment, and hardly any room']],
  run: async (context, [directory, target], options) => {
    const { checkpoint } = await import('../commands/checkpoint.ts');
    return checkpoint(context, directory as string, target as string, options as CheckpointOptions);
  },
};

/** In the order of the list. */
export const WRITING: readonly CommandSpec[] = [
  set,
  deleteKeys,
  importEntries,
  compact,
  repair,
  checkpoint,
];
