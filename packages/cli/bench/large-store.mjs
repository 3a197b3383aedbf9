// How fast and with how much memory `jump` goes over a large store, and classic-level's iterator
// beside it. The store is LevelDB's: classic-level writes it.
//
//   node packages/cli/bench/large-store.mjs make ./directory [entries]
//   node packages/cli/bench/large-store.mjs read ./directory [command …]
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ClassicLevel } from 'classic-level';

const BIN = fileURLToPath(new URL('../bin/jump.js', import.meta.url));
const [what, directory = '', ...rest] = process.argv.slice(2);
const BYTES = { keyEncoding: 'buffer', valueEncoding: 'buffer' };

if (what === 'make') await make(Number(rest[0] ?? 10_000_000));
else if (what === 'read') await read(rest);
else if (what === 'iterate' || what === 'nextv') await iterate();
else throw new RangeError('make, or read');

/**
 * Writes entries of 16 + 100 bytes, in order.
 * @param {number} entries
 */
async function make(entries) {
  const db = new ClassicLevel(directory, BYTES);
  await db.open();
  const random = Buffer.allocUnsafe(1 << 20);
  for (let i = 0; i < random.length; i++) random[i] = Math.floor(Math.random() * 256);
  for (let start = 0; start < entries; start += 1000) {
    const batch = db.batch();
    for (let i = start; i < Math.min(entries, start + 1000); i++) {
      // Half of a value compresses.
      const value = Buffer.alloc(100);
      random.copy(
        value,
        0,
        (i * 57) % (random.length - 50),
        ((i * 57) % (random.length - 50)) + 50,
      );
      batch.put(Buffer.from(String(i).padStart(16, '0')), value);
    }
    await batch.write();
  }
  await db.close();
}

/**
 * Runs commands over the store, and prints what each took.
 * @param {string[]} commands
 */
async function read(commands) {
  const jump = ['count', 'verify', 'levels', 'scan', 'dump', 'by-key', 'export'];
  const all = [...jump, 'iterate', 'nextv'];
  console.log('command     seconds   CPU s   MB of memory');
  for (const command of commands.length === 0 ? all : commands) {
    const level = command === 'iterate' || command === 'nextv';
    const script = level ? [fileURLToPath(import.meta.url)] : [BIN];
    const args = ['-v', 'hex'];
    const words = command === 'by-key' ? ['dump', directory, '--by-key'] : [command, directory];
    const prints = ['scan', 'dump', 'by-key'].includes(command);
    const call = [...script, ...words, ...(prints ? args : [])];
    const { seconds, cpu, memory } = await measure(call);
    const cells = [seconds.toFixed(1), cpu.toFixed(1), String(Math.round(memory))];
    console.log(command.padEnd(10), ...cells.map((cell) => cell.padStart(8)));
  }
}

/**
 * Runs a program, and reads what it prints.
 * @param {string[]} args
 * @returns {Promise<{ seconds: number, cpu: number, memory: number }>}
 */
function measure(args) {
  const tell = `process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process._rawDebug(maxRSS, userCPUTime + systemCPUTime);
  })`;
  const begin = performance.now();
  const hook = `--import=data:text/javascript,${encodeURIComponent(tell)}`;
  const child = spawn(process.execPath, [hook, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  let told = '';
  child.stderr.on('data', (chunk) => {
    told += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      const [memory = 0, cpu = 0] = (told.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
      if (code !== 0) reject(new Error(told));
      const seconds = (performance.now() - begin) / 1000;
      resolve({ seconds, cpu: cpu / 1e6, memory: memory / 1024 });
    });
  });
}

/** Goes over the store with classic-level's iterator: entry by entry, or a thousand at a time. */
async function iterate() {
  const db = new ClassicLevel(directory, BYTES);
  await db.open();
  let entries = 0;
  if (what === 'iterate') for await (const _ of db.iterator()) entries++;
  else {
    const iterator = db.iterator();
    for (;;) {
      const { length } = await iterator.nextv(1000);
      if (length === 0) break;
      entries += length;
    }
    await iterator.close();
  }
  console.log(entries);
  await db.close();
}
