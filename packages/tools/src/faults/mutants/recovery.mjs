// Bugs of opening: what the logs say, and what their damage means.

/** @type {readonly import('./patch.mjs').Mutant[]} */
export const RECOVERY_MUTANTS = [
  {
    name: 'of several logs only the first is read',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/recovery/recovery.ts',
        find: 'if (number >= logNumber ||',
        replace: 'if (number === logNumber ||',
      },
    ],
  },
  {
    name: 'logs are read in the order of the directory',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/recovery/recovery.ts',
        find: '  return logs.sort((a, b) => a - b);\n',
        replace: '  return logs.sort((a, b) => b - a);\n',
      },
    ],
  },
  {
    name: 'damage is skipped, and what is behind it read',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/recovery/log-replay.ts',
        find: '      if (bytes > 0) onLoss(this.#path(later), 0, bytes);\n    }\n    return false;\n',
        replace:
          '      if (bytes > 0) onLoss(this.#path(later), 0, bytes);\n    }\n    this.#expected = undefined;\n    return true;\n',
      },
    ],
  },
  {
    name: 'logs behind a damaged one are read',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/recovery/log-replay.ts',
        find: '      if (!this.#replay(i)) return this.#highest;\n',
        replace: '      if (!this.#replay(i)) this.#expected = undefined;\n',
      },
    ],
  },
  {
    name: 'a gap between sequences is not seen',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/recovery/log-replay.ts',
        find: "first > this.#expected && mode !== 'salvage'",
        replace: "first > this.#expected && mode === 'prefix'",
      },
    ],
  },
  {
    name: 'a legal loss is taken for corruption',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/recovery/log-replay.ts',
        find: '      if (behind.mark > this.#expected) {\n',
        replace: '      if (behind.mark > this.#expected || behind.records) {\n',
      },
    ],
  },
  {
    name: 'sequences begin anew after an opening without entries in logs',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/recovery/recovery.ts',
        find: '  return Math.max(versions.lastSequence, highest);\n',
        replace: '  return highest;\n',
      },
    ],
  },
  {
    name: 'the numbers of the logs that are read are given out again',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/recovery/recovery.ts',
        find: '  for (const number of logs) versions.markFileNumberUsed(number);\n  const highest',
        replace: '  const highest',
      },
    ],
  },
  {
    name: 'obsolete files go before the manifest forgets them',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/open.ts',
        find: '    versions.logAndApply({ logNumber: number,',
        replace:
          "    for (const name of vfs.list(directory)) if (name.endsWith('.log') && !name.includes(String(number))) vfs.remove(directory + '/' + name);\n    versions.logAndApply({ logNumber: number,",
      },
    ],
  },
  {
    name: 'the directory is not synced before the manifest names the new log',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/open.ts',
        find: 'previousLogNumber: 0, lastSequence, added });',
        replace: 'previousLogNumber: 0, lastSequence, added }, { directorySynced: true });',
      },
    ],
  },
  {
    name: 'what was read from the logs is in memory alone',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/recovery/recovery.ts',
        find: '  flush();\n  store.flushedSequence = store.lastSequence;\n',
        replace: '  store.flushedSequence = store.lastSequence;\n',
      },
    ],
  },
  {
    name: 'all entries of a batch come back with one sequence',
    parts: ['crash', 'model'],
    edits: [
      {
        file: 'packages/log/src/batch.ts',
        find: '    sink?.add(sequence, kind, bytes, keyStart, keyEnd, valueStart, reader.position);\n',
        replace:
          '    sink?.add(first, kind, bytes, keyStart, keyEnd, valueStart, reader.position);\n',
      },
    ],
  },
  {
    name: 'directories above a new store are not synced',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/directories.ts',
        find: '    vfs.syncDirectory(parent);\n',
        replace: '',
      },
    ],
  },
];
