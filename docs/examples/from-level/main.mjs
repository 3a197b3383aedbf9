// One directory: written by the application as it was, on classic-level, then by the same
// application on JumpDB, then by the first again. Nothing is converted; nothing is lost.
//
//   node main.mjs [./data]         without a directory, in one that is removed at the end
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as after from './after.mjs';
import * as before from './before.mjs';
import { compare } from './compare.mjs';

const [, , given] = process.argv;
const directory = given ?? mkdtempSync(join(tmpdir(), 'from-level-'));

const old = await before.openApp(directory);
await old.addUser('ada', { age: 36 });
await old.visit('2024-05-01', 'ada');
await old.visit('2024-05-02', 'grace');
assert.deepEqual(await old.newestVisits(1), ['2024-05-02 grace']);
await old.close();
console.log(`${await compare(directory)} entries, written by classic-level`);

const now = after.openApp(directory);
assert.deepEqual(now.user('ada'), { age: 36 });
assert.deepEqual(now.newestVisits(2), ['2024-05-02 grace', '2024-05-01 ada']);
now.addUser('grace', { age: 45 });
now.visit('2024-05-03', 'ada', '2024-05-01');
now.close();
console.log(`${await compare(directory)} entries, written by JumpDB`);

const again = await before.openApp(directory);
assert.deepEqual(await again.user('grace'), { age: 45 });
assert.equal(await again.user('nobody'), undefined);
assert.deepEqual(await again.newestVisits(9), ['2024-05-03 ada', '2024-05-02 grace']);
await again.close();
console.log(`the way back is open: ${directory}`);
if (given === undefined) rmSync(directory, { recursive: true });
