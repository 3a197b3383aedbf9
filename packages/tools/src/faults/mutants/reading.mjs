// Bugs of memory and of reading: what a reader sees while the store goes on.

/** @type {readonly import('./patch.mjs').Mutant[]} */
export const READING_MUTANTS = [
  {
    name: 'an entry is updated in place under a snapshot',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/write/memtable.ts',
        find: '    else this.#tree.protect(tagHigh(sequence), tagLow(sequence, 0xff));\n',
        replace: '    else this.#tree.protectNothing();\n',
      },
    ],
  },
  {
    name: 'of two snapshots with one write between them, the newer protects nothing',
    parts: ['model', 'crash'],
    edits: [
      {
        file: 'packages/db/src/read/pins.ts',
        find: '    if (sequence > this.highest) {\n',
        replace: '    if (sequence > this.highest + 1) {\n',
      },
    ],
  },
  {
    name: 'the memory of a memtable is used again under an iterator',
    parts: ['model', 'crash'],
    edits: [
      {
        file: 'packages/db/src/write/memtable-pool.ts',
        find: 'if (retired === undefined || this.#pins.hasIteratorBefore(retired.pins)) return this.#make();',
        replace: 'if (retired === undefined) return this.#make();',
      },
    ],
  },
  {
    name: 'reads look into the immutable memtable last',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/read/read-path.ts',
        find: '  if (source.immutable?.find(lookup)) return true;\n  const',
        replace: '  const',
      },
      {
        file: 'packages/db/src/read/read-path.ts',
        find: '      rows?.offer(version, lookup);\n      return true;\n    }\n  }\n  return false;\n',
        replace:
          '      rows?.offer(version, lookup);\n      return true;\n    }\n  }\n  return source.immutable?.find(lookup) ?? false;\n',
      },
    ],
  },
  {
    name: 'level 0 is read from the oldest table on',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/read/read-path.ts',
        find: '  for (const table of levels[0]!) {\n    if (mayHold(',
        replace: '  for (const table of [...levels[0]!].reverse()) {\n    if (mayHold(',
      },
    ],
  },
  {
    name: 'a table of level 0 is not asked for its largest key',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/read/read-path.ts',
        find: 'compare(largest, 0, largest.length - TRAILER_LENGTH, keyBytes, keyStart, userKeyEnd) >= 0',
        replace:
          'compare(largest, 0, largest.length - TRAILER_LENGTH, keyBytes, keyStart, userKeyEnd) > 0',
      },
    ],
  },
  {
    name: 'a filter is built from internal keys',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/sstable/src/writer.ts',
        find: '        this.#filter.add(keyBytes, keyStart, userEnd);\n',
        replace: '        this.#filter.add(keyBytes, keyStart, userEnd + trailer);\n',
      },
    ],
  },
  {
    name: 'a filter knows no key whose newest version is a tombstone',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/sstable/src/writer.ts',
        find: '        this.#filter.add(keyBytes, keyStart, userEnd);\n',
        replace:
          '        if (trailer === 0 || keyBytes[userEnd] !== 0) this.#filter.add(keyBytes, keyStart, userEnd);\n',
      },
    ],
  },
  {
    name: 'a filter of blocks begins a block too late',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/sstable/src/writer.ts',
        find: '    this.#filter?.startBlock(this.#output.position);\n',
        replace: '    this.#filter?.startBlock(this.#output.position + 2048);\n',
      },
    ],
  },
  {
    name: 'scans see what was written after they began',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/read/visible-cursor.ts',
        find: '      const { keyBytes, keyEnd } = cursor;\n      if (readSequence(keyBytes, keyEnd) > this.#sequence) continue;\n',
        replace: '      const { keyBytes, keyEnd } = cursor;\n',
      },
    ],
  },
  {
    name: 'backwards, a deleted key shows its older version',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/read/visible-cursor.ts',
        find: '        kept = false;\n        continue;\n',
        replace: '        continue;\n',
      },
    ],
  },
  {
    name: 'rows outlive the version that they were found in',
    parts: ['model', 'crash'],
    edits: [
      {
        file: 'packages/sstable/src/row-cache.ts',
        find: 'if (table === undefined || owner !== this.#owner) return false;',
        replace: 'if (table === undefined || owner === undefined) return false;',
      },
    ],
  },
  {
    name: 'snapshots are not pinned',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/read/pins.ts',
        find: '    return [...new Set([...this.#pins].map((pin) => pin.sequence))].sort((a, b) => a - b);\n',
        replace:
          "    return [...new Set([...this.#pins].filter((pin) => pin.kind === 'iterator').map((pin) => pin.sequence))].sort((a, b) => a - b);\n",
      },
    ],
  },
  {
    name: 'deletions in memory are not seen',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/read/read-path.ts',
        find: '  return findVersion(source, lookup, newest) && lookup.kind === KIND_VALUE;\n',
        replace: '  return findVersion(source, lookup, newest);\n',
      },
    ],
  },
];
