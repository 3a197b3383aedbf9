// Bugs of flushes and merges: what goes when, what may be dropped, which tables go together.

/** @type {readonly import('./patch.mjs').Mutant[]} */
export const TABLE_MUTANTS = [
  {
    name: 'tables are not synced',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/sstable/src/writer.ts',
        find: '    output.file.sync();\n',
        replace: '',
      },
    ],
  },
  {
    name: 'the directory is not synced before the manifest names a table',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/compaction/src/write-tables.ts',
        find: '    if (this.#tables.length > 0) vfs.syncDirectory(directory);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'the log of a memtable goes before the manifest has its table',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/background/flushes.ts',
        find: '    this.#ending = true;\n    edits.apply({\n',
        replace:
          '    this.#ending = true;\n    obsolete.removeLogs(older, logNumber);\n    edits.apply({\n',
      },
    ],
  },
  {
    name: 'the inputs of a merge go before the manifest knows',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/background/merges.ts',
        find: '    this.#ending = choice;\n    edits.apply({\n',
        replace:
          '    this.#ending = choice;\n    for (const { tables } of pick.inputs) for (const { number } of tables) if (!store.pins.holdsTable(number)) store.vfs.remove(store.directory + "/" + String(number).padStart(6, "0") + ".ldb");\n    edits.apply({\n',
      },
    ],
  },
  {
    name: 'the edit of a flush names a log too new',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/background/flushes.ts',
        find: '      edit: { logNumber, lastSequence, added },\n',
        replace:
          '      edit: { logNumber: store.versions.nextFileNumber - 1, lastSequence, added },\n',
      },
    ],
  },
  {
    name: 'the edit of a flush claims sequences that are in no table',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/background/flushes.ts',
        find: '      edit: { logNumber, lastSequence, added },\n',
        replace: '      edit: { logNumber, lastSequence: store.lastSequence, added },\n',
      },
    ],
  },
  {
    name: 'a flush makes everything durable, also what came after it',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/background/flushes.ts',
        find: '        log.dropBefore(logNumber, lastSequence);\n',
        replace: '        log.dropBefore(logNumber, store.lastSequence);\n',
      },
    ],
  },
  {
    name: 'a flush drops tombstones',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/compaction/src/drop-rule.ts',
        find: 'if (this.#everywhere || this.mayBeOlder(',
        replace: 'if (this.mayBeOlder(',
      },
      {
        file: 'packages/compaction/src/drop-rule.ts',
        find: "    if (this.#everywhere) return 'keep';\n",
        replace: '',
      },
    ],
  },
  {
    name: 'a merge drops tombstones that hide something deeper',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/compaction/src/drop-rule.ts',
        find: '      if (compare(bytes, start, end, largest, 0, largest.length) > 0) continue;\n',
        replace:
          '      if (compare(bytes, start, end, largest, 0, largest.length) >= 0) continue;\n',
      },
    ],
  },
  {
    name: 'merges know nothing of snapshots',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/background/merges.ts',
        find: '        snapshots: store.pins.sequences(),\n',
        replace: '        snapshots: [],\n',
      },
    ],
  },
  {
    name: 'flushes know nothing of snapshots',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/background/flushes.ts',
        find: '      snapshots: store.pins.sequences(),\n',
        replace: '      snapshots: [],\n',
      },
    ],
  },
  {
    name: 'the stripes of snapshots end one sequence early',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/compaction/src/drop-rule.ts',
        find: 'if (snapshots[middle]! < sequence) low = middle + 1;',
        replace: 'if (snapshots[middle]! <= sequence) low = middle + 1;',
      },
    ],
  },
  {
    name: 'a tombstone that a snapshot needs is dropped',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/compaction/src/drop-rule.ts',
        find: '    if (stripe > 0) {\n',
        replace: '    if (stripe > 1) {\n',
      },
    ],
  },
  {
    name: 'a user key is split over two tables',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/compaction/src/write-tables.ts',
        find: '          !rule.sameKey &&\n',
        replace: '',
      },
    ],
  },
  {
    name: 'tables of level 0 that overlap the chosen one stay behind',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/compaction/src/leveled.ts',
        find: 'const sources = level0Closure(tables, spanOf(oldest), state.compareUser);',
        replace: 'const sources = [tables[0]!];',
      },
    ],
  },
  {
    name: 'tables of level 0 that overlap what the chosen one overlaps stay behind',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/compaction/src/ranges.ts',
        find: '    grown = false;\n    for (const table of tables) {\n',
        replace: '    grown = false;\n    for (const table of tables.slice().reverse()) {\n',
      },
      {
        file: 'packages/compaction/src/ranges.ts',
        find: '      grown = true;\n',
        replace: '      grown = false;\n',
      },
    ],
  },
  {
    name: 'a table is moved over one that it overlaps',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/compaction/src/tiered.ts',
        find: '    const [from, to] = overlapBounds(state.levels[level + 1]!, range, state.compareUser);\n    if (from < to) break;\n    level++;\n',
        replace:
          '    const [from, to] = overlapBounds(state.levels[level + 1]!, range, state.compareUser);\n    if (from < to && level > 1) break;\n    level++;\n',
      },
    ],
  },
  {
    name: 'an output is not written to its end when a merge is given up',
    parts: ['crash', 'fault-sweep'],
    edits: [
      {
        file: 'packages/compaction/src/write-tables.ts',
        find: '  let complete = false;\n',
        replace: '  let complete = false;\n  let ended = false;\n',
      },
      {
        file: 'packages/compaction/src/write-tables.ts',
        find: "if (options.cancelled?.() === true) throw new JumpError('JUMP_CLOSED', 'cancelled');",
        replace: 'if (options.cancelled?.() === true) ended = true;',
      },
      {
        file: 'packages/compaction/src/write-tables.ts',
        find: 'for (let more = blocks !== undefined; more; ) {',
        replace: 'for (let more = blocks !== undefined; more && !ended; ) {',
      },
      {
        file: 'packages/compaction/src/write-tables.ts',
        find: 'blocks.handOver(cursor); more; ) {',
        replace: 'blocks.handOver(cursor); more && !ended; ) {',
      },
      {
        file: 'packages/db/src/background/executor.ts',
        find: '    for (const { steps } of this.#running.splice(0)) steps.return({} as WrittenTables);\n',
        replace:
          '    for (const { id, steps } of this.#running.splice(0)) {\n      let step = steps.next();\n      while (!step.done) step = steps.next();\n      this.#closed = false;\n      this.#listener.ended(id, { type: "done", result: step.value });\n      this.#closed = true;\n    }\n',
      },
    ],
  },
  {
    name: 'the outputs of a job that failed stay',
    parts: ['fault-sweep', 'crash'],
    edits: [
      {
        file: 'packages/compaction/src/write-tables.ts',
        find: '    if (!complete) series.discard();\n',
        replace: '',
      },
    ],
  },
  {
    name: 'obsolete tables stay',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/background/obsolete-files.ts',
        find: '      names.push(tableName(number), oldTableName(number));\n',
        replace: '',
      },
    ],
  },
  {
    name: 'tables go although a reader needs them',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/background/obsolete-files.ts',
        find: '      if (this.#store.pins.holdsTable(number)) continue;\n',
        replace: '',
      },
    ],
  },
  {
    name: 'clear() drops tables before its tombstones are on the disk',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/clear.ts',
        find: '  log.syncNow();\n',
        replace: '',
      },
    ],
  },
  {
    name: 'clear() drops tables before it writes tombstones',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/clear.ts',
        find: '  deleteVisible(engine, bounds, store.version.apply({ deleted, added }));\n',
        replace: '',
      },
      {
        file: 'packages/db/src/write/clear.ts',
        find: '  background.edits.applyNow({ edit: { deleted, added } });\n',
        replace:
          '  background.edits.applyNow({ edit: { deleted, added } });\n  deleteVisible(engine, bounds, store.version);\n',
      },
    ],
  },
  {
    name: 'clear() drops tables under a snapshot',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/db/src/write/range-removal.ts',
        find: '  if (store.pins.size > 0) return undefined;\n',
        replace: '',
      },
      {
        file: 'packages/db/src/write/clear.ts',
        find: '    store.pins.size > 0 ||\n',
        replace: '',
      },
    ],
  },
];
