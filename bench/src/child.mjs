/**
 * Runs one task in a process of its own, and prints what it took as a line of JSON.
 *
 *   node child.mjs '{"step":"row","engine":"jumpdb","row":"fillseq","entries":100000,…}'
 */
import { runFill, runRow } from './run-task.mjs';

const task = JSON.parse(process.argv[2]);
if (task.step === 'row') console.log(JSON.stringify(await runRow(task)));
else await runFill(task);
