// Bugs of the log: what is on the disk when, and what a failure of the disk ends.

/** @type {readonly import('./patch.mjs').Mutant[]} */
export const LOG_MUTANTS = [
  {
    name: 'the directory is not synced after a new log',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: '    this.#owner.vfs.syncDirectory(this.#owner.directory);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'a sync that waits leaves the older logs out',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: '      for (const log of this.#older) log.writer.sync();\n',
        replace: '',
      },
    ],
  },
  {
    name: 'a sync in the background leaves the older logs out',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: 'const logs = all ? [...older, current] : older;',
        replace: 'const logs = all ? [current] : older;',
      },
    ],
  },
  {
    name: 'a synced write is handed over, and no more',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: '      this.#current.writer.sync();\n',
        replace: '      this.#current.writer.handOver();\n',
      },
    ],
  },
  {
    name: 'sync() promises what was written while the disk worked',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: 'if (all) this.#markDurable(target);',
        replace: 'if (all) this.#markDurable(this.#owner.lastSequence);',
      },
    ],
  },
  {
    name: 'the mark of a new log speaks of entries that no disk has',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: 'next.writer.append(encodeMark(this.#durable + 1));',
        replace: 'next.writer.append(encodeMark(this.#owner.lastSequence + 1));',
      },
    ],
  },
  {
    name: 'a log is marked before the manifest names it',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/open.ts',
        find: '    versions.logAndApply({ logNumber: number, ',
        replace: '    log.begin();\n    versions.logAndApply({ logNumber: number, ',
      },
      {
        file: 'packages/db/src/open.ts',
        find: ' lastSequence, added });\n    log.begin();\n',
        replace: ' lastSequence, added });\n',
      },
    ],
  },
  {
    name: 'a batch is a record for each of its entries',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/write-path.ts',
        find: '      this.#log.append(batch.bytes, end);\n',
        replace: `      insertBatch(batch, sequence, {
        add: (one, kind, bytes, keyStart, keyEnd, valueStart, valueEnd) => {
          const single = new WriteBatch();
          const key = bytes.slice(keyStart, keyEnd);
          if (kind === KIND_DELETION) single.delete(key);
          else single.set(key, bytes.slice(valueStart, valueEnd));
          single.seal(one);
          this.#log.append(single.bytes, single.end);
        },
      });\n`,
      },
      {
        file: 'packages/db/src/write/write-path.ts',
        find: 'insertBatch, type WriteBatch }',
        replace: 'insertBatch, WriteBatch }',
      },
    ],
  },
  {
    name: 'a failed write poisons neither log nor store: appending goes on behind a torn record',
    parts: ['fault-sweep'],
    edits: [
      {
        file: 'packages/log/src/writer.ts',
        find: '      this.#file.write(this.#buffer, 0, this.#used);\n    } catch (error) {\n      throw this.#poison(error);\n',
        replace:
          '      this.#file.write(this.#buffer, 0, this.#used);\n    } catch (error) {\n      throw error;\n',
      },
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: '      this.#current.writer.append(bytes, 0, end);\n    } catch (error) {\n      throw this.#owner.poison(error);\n',
        replace:
          '      this.#current.writer.append(bytes, 0, end);\n    } catch (error) {\n      throw error;\n',
      },
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: '      this.#current.writer.handOver();\n    } catch (error) {\n      throw this.#owner.poison(error);\n',
        replace:
          '      this.#current.writer.handOver();\n    } catch (error) {\n      throw error;\n',
      },
    ],
  },
  {
    name: 'a failed sync is tried again',
    parts: ['fault-sweep'],
    edits: [
      {
        file: 'packages/log/src/writer.ts',
        find: '    try {\n      this.#file.sync();\n    } catch (error) {\n      throw this.#poison(error);\n    }\n',
        replace:
          '    try {\n      this.#file.sync();\n    } catch {\n      this.#file.sync();\n    }\n',
      },
    ],
  },
  {
    name: 'a failed sync in the background is taken for done',
    parts: ['fault-sweep'],
    edits: [
      {
        file: 'packages/log/src/writer.ts',
        find: '      await this.#file.syncAsync();\n    } catch (error) {\n      throw this.#poison(error);\n    }\n',
        replace: '      await this.#file.syncAsync();\n    } catch {}\n',
      },
    ],
  },
  {
    name: 'the end of a turn hands over nothing',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: '    try {\n      this.#current.writer.handOver();\n    } catch (error) {\n      // Nobody',
        replace: '    try {\n    } catch (error) {\n      // Nobody',
      },
    ],
  },
  {
    name: 'a log is rotated before what it buffers is handed over',
    parts: ['crash', 'fault-sweep'],
    edits: [
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: '  rotate(number: number): void {\n    this.handOver();\n',
        replace: '  rotate(number: number): void {\n',
      },
    ],
  },
  {
    name: 'close() syncs nothing',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/db/src/write/write-ahead-log.ts',
        find: '        this.syncNow();\n        this.handOver();\n',
        replace: '        this.handOver();\n',
      },
    ],
  },
  {
    name: 'a poisoned store takes writes again',
    parts: ['fault-sweep'],
    edits: [
      {
        file: 'packages/log/src/writer.ts',
        find: '    this.#failure ??= { cause };\n    return cause;\n',
        replace: '    return cause;\n',
      },
      {
        file: 'packages/db/src/store.ts',
        find: '    this.checkOpen();\n    if (this.#poison !== undefined) {\n',
        replace:
          '    this.checkOpen();\n    if (this.#poison !== undefined && this.#poison.seen) {\n',
      },
    ],
  },
  {
    name: 'the log reader believes every checksum',
    parts: ['crash'],
    edits: [
      {
        file: 'packages/log/src/fragments.ts',
        find: '    if (maskCrc(crc) !== readFixed32(source.bytes, at)) return this.#badChecksum(dataEnd);\n',
        replace:
          '    if (maskCrc(crc) === 1 && readFixed32(source.bytes, at) === 2) return this.#badChecksum(dataEnd);\n',
      },
    ],
  },
];
