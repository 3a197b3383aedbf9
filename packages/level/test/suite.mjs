// abstract-level's own tests, on this database; with an argument, in that directory on the disk.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { memoryVfs } from '@jump/db';
import { JumpLevel } from '@jump/level';

const require = createRequire(import.meta.url);
const test = require('tape');
const suite = require('abstract-level/test');

const root = process.argv[2];
// One memory for all: stores are closed and opened again. Not by an option, which hooks would see.
const vfs = memoryVfs();
class MemoryLevel extends JumpLevel {
  _open(options) {
    return super._open({ ...options, jump: { vfs } });
  }
}
const Level = root === undefined ? MemoryLevel : JumpLevel;
let stores = 0;

suite({
  test,
  factory: (options) => new Level(join(root ?? 'memory', String(stores++)), options),
});
