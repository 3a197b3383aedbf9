// Bugs of the manifest: the order of its steps, and what its records say.

/** @type {readonly import('./patch.mjs').Mutant[]} */
export const MANIFEST_MUTANTS = [
  {
    name: 'a new manifest is not synced',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/manifest-writer.ts',
        find: '      log.sync();\n      vfs.syncDirectory(this.#directory);\n',
        replace: '      log.handOver();\n      vfs.syncDirectory(this.#directory);\n',
      },
    ],
  },
  {
    name: 'the directory is not synced before CURRENT names the manifest',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/manifest-writer.ts',
        find: '      log.sync();\n      vfs.syncDirectory(this.#directory);\n',
        replace: '      log.sync();\n',
      },
    ],
  },
  {
    name: 'CURRENT is renamed before it is synced',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/current.ts',
        find: '    file.sync();\n',
        replace: '',
      },
    ],
  },
  {
    name: 'the directory is not synced after CURRENT was renamed',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/current.ts',
        find: '  vfs.rename(temporary, currentPath(directory));\n  vfs.syncDirectory(directory);\n',
        replace: '  vfs.rename(temporary, currentPath(directory));\n',
      },
    ],
  },
  {
    name: 'CURRENT is written in its place',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/current.ts',
        find: "  const file = vfs.open(temporary, 'replace');\n",
        replace: "  const file = vfs.open(currentPath(directory), 'replace');\n",
      },
      {
        file: 'packages/manifest/src/current.ts',
        find: '  vfs.rename(temporary, currentPath(directory));\n',
        replace: '',
      },
    ],
  },
  {
    name: 'an edit is never synced',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/manifest-writer.ts',
        find: '    this.#log?.sync();\n',
        replace: '    this.#log?.handOver();\n',
      },
    ],
  },
  {
    name: 'an edit is current before it is synced',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/background/edits.ts',
        find: '    if (logged.synced) {\n      this.#finish(request, logged);\n      this.#next();\n      return;\n    }\n',
        replace: '    this.#finish(request, logged);\n    this.#next();\n    return;\n',
      },
    ],
  },
  {
    name: 'a move of a table is a record of its own, which nobody syncs',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/background/edits.ts',
        find: '    this.#store.versions.defer(request.edit);\n    this.#finish(request);\n',
        replace: '    this.#finish(request, this.#log(request));\n',
      },
    ],
  },
  {
    name: 'a table that was moved and is merged leaves the level where it is, not where it was',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/deferred-moves.ts',
        find: 'level: this.#moves.get(number)?.from ?? level,',
        replace: 'level,',
      },
    ],
  },
  {
    name: 'moves are told to the manifest twice',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/version-set.ts',
        find: '    this.#moves.clear();\n',
        replace: '',
      },
    ],
  },
  {
    name: 'a new manifest leaves the deeper levels out',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/version-set.ts',
        find: '        tables.map((table) => ({ level, table })),\n',
        replace: '        level > 1 ? [] : tables.map((table) => ({ level, table })),\n',
      },
    ],
  },
  {
    name: 'the manifest keeps an old next file number',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/version-set.ts',
        find: '          nextFileNumber: this.#nextFileNumber,\n        });',
        replace: '          nextFileNumber: this.#logNumber + 1,\n        });',
      },
    ],
  },
  {
    name: 'a manifest of the past is removed before CURRENT has changed',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/manifest-writer.ts',
        find: '      this.#beforeStep();\n      writeCurrent(vfs, this.#directory, number);\n',
        replace:
          '      this.#beforeStep();\n      if (this.#log !== undefined) vfs.remove(this.#log.path);\n      writeCurrent(vfs, this.#directory, number);\n',
      },
    ],
  },
  {
    name: 'a torn edit at the end of a manifest is refused',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/manifest/src/recover.ts',
        find: "    if (item.type === 'damage') damage = item;\n",
        replace: "    if (item.type === 'damage') throw reader.corruption(item);\n",
      },
    ],
  },
  {
    name: 'the manifest goes on after a failed sync',
    parts: ['fault-sweep'],
    edits: [
      {
        file: 'packages/db/src/background/edits.ts',
        find: '      if (failure !== undefined) {\n',
        replace: '      if (failure !== undefined && this.#store.closed) {\n',
      },
    ],
  },
];
