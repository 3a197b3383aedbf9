/** Commands that look at how a store lies on the disk. */
import { Option } from 'commander';
import type { BenchOptions } from '../commands/bench.ts';
import type { DumpOptions } from '../commands/dump.ts';
import type { LevelsOptions } from '../commands/levels.ts';
import type { StatsOptions } from '../commands/stats.ts';
import type { VerifyOptions } from '../commands/verify.ts';
import { parseWhole } from '../shared-options.ts';
import type { CommandSpec } from './spec.ts';

const STORE = ['<directory>', 'the directory of the store'] as const;

const stats: CommandSpec = {
  name: 'stats',
  summary: 'tell what a store consists of',
  description:
    'Tells what a store consists of: files, levels, entries, deletions, filters. With --deep every ' +
    'entry is read: sizes of keys and values, what is overwritten or deleted, how full blocks are. ' +
    '--html does that too, and writes one page with pictures, which needs nothing beside it.',
  arguments: [STORE],
  shared: ['recovery'],
  options: () => [
    new Option('--deep', 'read every entry'),
    new Option('--html <file>', 'write a page with pictures'),
  ],
  examples: [
    ['jump stats ./data', 'in a moment, however large the store'],
    ['jump stats ./data --deep --json', 'everything there is to know, for a program'],
    ['jump stats ./data --html store.html', 'a page to look at, or to send to somebody'],
  ],
  run: async (context, [directory], options) => {
    const { stats } = await import('../commands/stats.ts');
    return stats(context, directory as string, options as StatsOptions);
  },
};

const levels: CommandSpec = {
  name: 'levels',
  summary: 'draw the levels',
  description:
    'Draws the tree: the tables of each level as bars over the keys, with their sizes, the memory of ' +
    'their filters, and how far they overlap the level below. The width of a bar is its share of the ' +
    'bytes of the store.',
  arguments: [STORE],
  shared: [],
  options: () => [new Option('--width <columns>', 'how wide to draw').argParser(parseWhole)],
  examples: [['jump levels ./data', 'as wide as the terminal']],
  run: async (context, [directory], options) => {
    const { levels } = await import('../commands/levels.ts');
    return levels(context, directory as string, options as LevelsOptions);
  },
};

const dump: CommandSpec = {
  name: 'dump',
  summary: 'print everything that is stored',
  description:
    'Prints every version of every entry as it is stored, file by file: where it lies, its sequence, ' +
    'whether it is a value or a deletion, key and value. Of a store, or of one table or log. With ' +
    '--by-key in the order of keys, the newest version first, and what a newer one hides is called ' +
    'shadowed.',
  arguments: [['<path>', 'a directory, or a file: .ldb, .sst, .log, MANIFEST-…']],
  shared: ['encodings', 'bounds'],
  options: () => [
    new Option('--by-key', 'all versions of a key together; implied by a range'),
    new Option('--limit <n>', 'at most so many entries').argParser(parseWhole),
    new Option('--tolerant', 'read around damage, and tell where it is'),
    new Option('--sizes', 'the length of values in place of the values'),
  ],
  examples: [
    ['jump dump ./data --prefix user:17', 'the history of some keys, deletions included'],
    ['jump dump ./data --tolerant > everything.txt', 'what is left of a damaged store'],
    ['jump dump ./data/000005.ldb', 'one table'],
    ['jump dump ./data/MANIFEST-000004 --json', 'what the manifest says'],
  ],
  run: async (context, [path], options) => {
    const { dump } = await import('../commands/dump.ts');
    return dump(context, path as string, options as DumpOptions);
  },
};

const verify: CommandSpec = {
  name: 'verify',
  summary: 'check everything',
  description:
    'Reads everything and checks it: the manifest, every block of every table with its checksum, every ' +
    'key against the order and the filters, every record of the logs. Tells all damage that it finds, ' +
    'with file and offset. Exit code 4 if there is any.',
  arguments: [['<path>', 'a directory, or one table or log']],
  shared: [],
  examples: [
    ['jump verify ./data', 'before a backup, after a crash'],
    ['jump verify ./data --json', 'what is damaged, for a program'],
  ],
  run: async (context, [path], options) => {
    const { verify } = await import('../commands/verify.ts');
    return verify(context, path as string, options as VerifyOptions);
  },
};

const bench: CommandSpec = {
  name: 'bench',
  summary: 'measure this machine, or a store',
  description:
    'Without a directory: writes and reads a store of its own, in a temporary place, and removes it. ' +
    'With one: reads that store, in order and at random.',
  arguments: [['[directory]', 'a store to read; it is not written to']],
  shared: [],
  options: () => [
    new Option('--entries <n>', 'how many').argParser(parseWhole).default(200_000),
    new Option('--value-size <n>', 'bytes of a value').argParser(parseWhole).default(100),
    new Option('--only <names...>', 'only these measurements'),
  ],
  examples: [
    ['jump bench', 'what this machine does'],
    ['jump bench ./data --entries 10000', 'reads of a store that is there'],
    ['jump bench --only fillseq readrandom', 'two of the measurements'],
  ],
  run: async (context, [directory], options) => {
    const { bench } = await import('../commands/bench.ts');
    return bench(context, directory as string | undefined, options as BenchOptions);
  },
};

/** In the order of the list. */
export const INSPECTING: readonly CommandSpec[] = [stats, levels, dump, verify, bench];
