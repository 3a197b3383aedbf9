// Bugs that were chosen from the sources alone, before the tests were looked at.
/** @type {readonly import('./patch.mjs').Mutant[]} */
export const UNSEEN_MUTANTS = [
  {
    name: 'a copy leaves out the tombstones of what is in memory',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/checkpoint.ts',
        find: "older: 'everywhere', comparator",
        replace: 'older: [], comparator',
      },
    ],
  },
  {
    name: 'of two snapshots of one moment, the end of one gives up the other',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/read/pins.ts',
        find: 'for (const { sequence } of this.#pins) highest = Math.max(highest, sequence);',
        replace:
          'for (const { sequence } of this.#pins) if (sequence < pin.sequence) highest = Math.max(highest, sequence);',
      },
    ],
  },
  {
    name: 'a table that is moved twice stays, in the manifest, where it was moved first',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/manifest/src/deferred-moves.ts',
        find: '      } else move.to = level;\n',
        replace: '      }\n',
      },
    ],
  },
  {
    name: 'a cursor that turns back leaves out what it had come to the end of',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/compaction/src/merge-cursor.ts',
        find: 'stands = found ? child.previous() : child.last();',
        replace: 'stands = found && child.previous();',
      },
    ],
  },
  {
    name: 'the cache of rows takes keys of one hash for one key',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/sstable/src/row-cache.ts',
        find: '    if (!equalRanges(bytes, start, valueStart, keyBytes, 0, userKeyEnd)) return false;\n',
        replace: '',
      },
    ],
  },
];
