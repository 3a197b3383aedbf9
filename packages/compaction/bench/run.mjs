// Carrying out a job: what an entry costs, read, merged and written again, by compression.
// `node packages/compaction/bench/run.mjs` after `npm run build`. In memory, and on this disk.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytewiseComparator, encodeInternalKey, KIND_VALUE } from '@jump/base';
import { DropRule, runCompaction, writeTables } from '@jump/compaction';
import { memoryVfs, nodeVfs } from '@jump/vfs';

const ENTRIES = 400_000;
const MEGABYTE = 2 ** 20;

function finish(generator) {
  for (;;) {
    const step = generator.next();
    if (step.done) return step.value;
  }
}

/** A cursor over random keys in order, with values that compress to about a half. */
function* entries(table, tables) {
  const value = new Uint8Array(100);
  for (let i = table; i < ENTRIES; i += tables) {
    const name = new TextEncoder().encode(String(i).padStart(16, '0'));
    for (let at = 0; at < 50; at++) value[at] = Math.imul(i + at, 0x9e3779b1) >>> 24;
    yield { key: encodeInternalKey(name, i + 1, KIND_VALUE), value };
  }
}

class IteratorCursor {
  keyStart = 0;
  valueStart = 0;
  constructor(make) {
    this.make = make;
  }
  first() {
    this.iterator = this.make();
    return this.next();
  }
  next() {
    const { done, value } = this.iterator.next();
    this.valid = !done;
    if (done) return false;
    this.keyBytes = value.key;
    this.keyEnd = value.key.length;
    this.valueBytes = value.value;
    this.valueEnd = value.value.length;
    return true;
  }
}

function measure(vfs, directory, compression, level0, overlap) {
  const table = { tableSize: 8 * MEGABYTE, blockSize: 4096, compression };
  const common = { vfs, directory, comparator: bytewiseComparator, table };
  const inputs = [];
  let number = 1;
  for (let i = 0; i < level0; i++) {
    const cursor = new IteratorCursor(() => entries(overlap ? i : 0, overlap ? level0 : 1));
    const rule = new DropRule({ snapshots: [], older: 'everywhere' });
    inputs.push(
      ...finish(writeTables(cursor, { ...common, numbers: { first: number++, count: 1 }, rule }))
        .tables,
    );
  }
  const times = [];
  let result;
  for (let round = 0; round < 5; round++) {
    const job = {
      directory,
      inputs: [{ level: 0, tables: inputs }],
      outputLevel: 1,
      numbers: { first: 100 * (round + 1), count: 90 },
      snapshots: [],
      older: [],
      grandparents: [],
      table,
    };
    const start = process.hrtime.bigint();
    result = finish(runCompaction(job, { vfs, comparator: bytewiseComparator }));
    times.push(Number(process.hrtime.bigint() - start) / 1000 / result.entriesRead);
    for (const one of result.tables)
      vfs.remove(`${directory}/${String(one.number).padStart(6, '0')}.ldb`);
  }
  for (const one of inputs) vfs.remove(`${directory}/${String(one.number).padStart(6, '0')}.ldb`);
  const best = Math.min(...times);
  const rate = result.bytesRead / MEGABYTE / ((best * result.entriesRead) / 1e6);
  const where = `${vfs.name} ${compression} ${level0} table${level0 > 1 ? 's' : ''}`;
  console.log(`${where.padEnd(28)} ${best.toFixed(3)} µs an entry  ${rate.toFixed(0)} MB/s read`);
}

const disk = mkdtempSync(join(tmpdir(), 'jump-bench-'));
try {
  const memory = memoryVfs();
  memory.makeDirectory('/db');
  for (const [vfs, directory] of [
    [memory, '/db'],
    [nodeVfs, disk],
  ]) {
    for (const compression of ['none', 'snappy']) {
      for (const tables of [1, 4]) measure(vfs, directory, compression, tables, true);
    }
  }
} finally {
  rmSync(disk, { recursive: true });
}
