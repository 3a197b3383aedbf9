// A tour of JumpDB with real files: stores what is installed in node_modules, reads it back,
// deletes some of it, tidies up, and lets LevelDB itself read the result.
//
//   node dist/main.js              in a temporary directory, which is removed at the end
//   node dist/main.js ./my-store   in a new directory, which is left for you to look at
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, type Stats } from '@jump/db';
import { ClassicLevel } from 'classic-level';
import { mustHold } from './compare.ts';
import { type FileFacts, findFiles, INSTALLED } from './files.ts';
import { drawLevels, number, tellFilters } from './picture.ts';
import * as steps from './steps.ts';

const given = process.argv[2];
const directory = given ?? mkdtempSync(join(tmpdir(), 'jumpdb-demo-'));
const begin = performance.now();

try {
  await tour();
  console.log('\nEvery comparison was good.');
  if (given === undefined) {
    rmSync(directory, { recursive: true });
    console.log(
      `${directory} is removed; to keep the store: node docs/examples/demo/dist/main.js DIRECTORY`,
    );
  } else console.log(`The store is left in ${directory}.`);
} catch (error) {
  console.error(
    `\nSomething is not as it should be.\n${error}\nThe store is left in ${directory}.`,
  );
  process.exitCode = 1;
}

/** The whole demo, from an empty directory to the picture of what lies in it. */
async function tour(): Promise<void> {
  const db = openStore({ errorIfExists: true });
  let expected: Map<string, FileFacts>;
  let stored: Stats;
  let compacted: Stats;
  try {
    stored = await storeAndRead(db);
    await deleteAndCompact(db);
    compacted = db.stats();
    expected = new Map(db.entries());
  } finally {
    // Where `using db = open(…)` can be written (TypeScript, Node 24), it closes by itself.
    db.close();
  }
  await compareReopened(expected);
  await compareWithLevelDB(expected);

  heading('What lay on the disk after storing and reading');
  drawLevels(stored);
  tellFilters(stored);
  heading('What lies there since it was compacted');
  drawLevels(compacted);
}

function openStore({ errorIfExists = false } = {}): steps.FileStore {
  return open<string, FileFacts>(directory, {
    valueEncoding: 'json',
    errorIfExists,
    // An eighth of the default, so that a store as small as this one has some tables to show.
    memtableSize: 1024 * 1024,
  });
}

async function storeAndRead(db: steps.FileStore): Promise<Stats> {
  const paths = findFiles(INSTALLED);
  heading(`Storing the ${number(paths.length)} files of ${INSTALLED} in ${directory}`);
  await steps.storeFiles(db, paths);

  heading('Reading 1,000 of them at random, and 1,000 that were never there');
  steps.readBack(db, paths, 1000);
  console.log('  all as on the disk');
  return db.stats();
}

async function deleteAndCompact(db: steps.FileStore): Promise<void> {
  const listed = steps.folderOf(db, 'cli-progress');
  heading(`Listing ${listed} by its prefix, five files of it`);
  steps.listFolder(db, listed, 5);

  const deleted = steps.folderOf(db, 'typescript');
  heading(`Deleting ${deleted}, a range of keys`);
  console.log(`  ${number(steps.deleteFolder(db, deleted))} files are gone`);

  heading('Compacting');
  await steps.compactStore(db);
}

async function compareReopened(expected: ReadonlyMap<string, FileFacts>): Promise<void> {
  heading('Opening the store again');
  const db = openStore();
  try {
    console.log(`  ${number(await mustHold(db.entries(), expected))} files, all as before`);
  } finally {
    db.close();
  }
}

async function compareWithLevelDB(expected: ReadonlyMap<string, FileFacts>): Promise<void> {
  heading('Opening it with LevelDB, through classic-level');
  // Only now that ours is closed: within one process the two do not see each other's lock.
  const level = new ClassicLevel<string, FileFacts>(directory, { valueEncoding: 'json' });
  try {
    console.log(`  ${number(await mustHold(level.iterator(), expected))} files, all the same`);
  } finally {
    await level.close();
  }
}

/** Prints what comes next, and the seconds so far. */
function heading(text: string): void {
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`\n${seconds.padStart(4)} s  ${text}`);
}
