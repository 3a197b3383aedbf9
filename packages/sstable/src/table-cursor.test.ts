// Goal:   a table's cursor goes where every cursor must.
// Method: the shared contract, over tables with the extremes of every setting.
import { cursorContract } from '@jump/testkit';
import { openWritten } from '../test/tables.ts';

const SETTINGS = [
  { name: 'usual blocks', options: {} },
  { name: 'a block for every entry', options: { blockSize: 1, compression: 'none' } },
  { name: 'whole keys', options: { restartInterval: 1, blockSize: 300 } },
  { name: 'one interval a block', options: { restartInterval: 1000, blockSize: 1 << 20 } },
  { name: 'three entries a block', options: { indexInterval: 3, restartInterval: 2 } },
] as const;

for (const { name, options } of SETTINGS) {
  for (const keys of ['raw', 'internal'] as const) {
    cursorContract({
      name: `a table of ${keys} keys, ${name}`,
      keys,
      open: (entries) => openWritten(entries, { ...options, keys }).cursor(),
    });
  }
}
