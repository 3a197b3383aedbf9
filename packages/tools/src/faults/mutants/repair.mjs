// Bugs of repair: what is lost for nothing, what comes back, and what a crash leaves of it.

/** @type {readonly import('./patch.mjs').Mutant[]} */
export const REPAIR_MUTANTS = [
  {
    name: 'repair: tables count that the manifest does not name',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/plan.ts',
        find: '    chosen?.state === undefined\n',
        replace: '    chosen?.state !== null\n',
      },
    ],
  },
  {
    name: 'repair: a manifest that is older than the files is believed',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/current-manifest.ts',
        find: 'if (state !== undefined && isOfTheseFiles(state, findings)) return current;',
        replace: 'if (state !== undefined) return current;',
      },
    ],
  },
  {
    name: 'repair: what a lost block may have deleted comes back',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/repair.ts',
        find: 'for (const source of doubts.length > 0 ? sources : []) {',
        replace: 'for (const source of doubts.length > 99 ? sources : []) {',
      },
    ],
  },
  {
    name: 'repair: a lost block is thought of in the level below it alone',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/doubts.ts',
        find: '        doubt.rank < source.rank ||\n',
        replace: '        doubt.rank + 1 === source.rank ||\n',
      },
    ],
  },
  {
    name: 'repair: a table stands for another one that has its name',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/plan.ts',
        find: '  if (same) return true;\n',
        replace: '  if (same || first !== 0) return true;\n',
      },
    ],
  },
  {
    name: 'repair: a table with damage is left out as a whole',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/repair.ts',
        find: 'if (smallest === undefined || largest === undefined) return [];',
        replace:
          'if (smallest === undefined || largest === undefined || table.places !== undefined) return [];',
      },
    ],
  },
  {
    name: 'repair: logs that are in tables are read once more',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/plan.ts',
        find: 'const live = file.number >= from ||',
        replace: 'const live = file.number >= 0 * from ||',
      },
    ],
  },
  {
    name: 'repair: of a log with damage only what is in front of it is taken',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/log-salvage.ts',
        find: '    const sequence = batchSequence(bytes);\n',
        replace:
          '    if (this.#damage.length > 0) return;\n    const sequence = batchSequence(bytes);\n',
      },
    ],
  },
  {
    name: 'repair: what damage took of a table is not counted',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/table-survey.ts',
        find: 'notes.dropped = lostEntries(found);',
        replace: 'notes.dropped = 0 * lostEntries(found);',
      },
    ],
  },
  {
    name: 'repair: sequences begin anew in the repaired store',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/repair.ts',
        find: 'await output.commit(plan.lastSequence);',
        replace: 'await output.commit(0 * plan.lastSequence);',
      },
    ],
  },
  {
    name: 'repair: a dry run takes the lock',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/repair.ts',
        find: 'const lock = dryRun ? undefined : lockStore(request);',
        replace: 'const lock = lockStore(request);',
      },
    ],
  },
  {
    name: 'repair: file numbers of the damaged store are given out again',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/repair.ts',
        find: 'const nextNumber = Math.max(this.#files.nextNumber, nextFileNumber);',
        replace: 'const nextNumber = Math.min(this.#files.nextNumber, nextFileNumber, 5);',
      },
    ],
  },
  {
    name: 'repair: the names in lost are not on the disk when the first ones go',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/in-place-output.ts',
        find: '    vfs.syncDirectory(this.originals);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'repair: old files go before CURRENT names the new ones',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/output.ts',
        find: '    writeFirstManifest(vfs, directory, logNumber + 1, contents, () => this.check());\n    this.afterCommit();\n',
        replace:
          '    this.afterCommit();\n    writeFirstManifest(vfs, directory, logNumber + 1, contents, () => this.check());\n',
      },
    ],
  },
  {
    name: 'repair: files that hold what memory had no room for stay',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/output.ts',
        find: '    for (const table of this.#spilled.splice(0)) this.vfs.remove(this.path(table));\n',
        replace: '',
      },
    ],
  },
  {
    name: 'repair: an entry that a newer table has as well counts for nothing',
    parts: ['repair'],
    edits: [
      {
        file: 'packages/db/src/repair/judged-cursor.ts',
        find: '        else if (!marked) {\n',
        replace: '        else if (marked) {\n',
      },
    ],
  },
];
