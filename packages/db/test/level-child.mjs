/**
 * LevelDB in a process of its own (two stores of one process would share their POSIX locks): does
 * what its parent says, `{ id, call, … }` in, `{ id, … }` out.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { ClassicLevel } from 'classic-level';

const ENCODINGS = { keyEncoding: 'view', valueEncoding: 'view' };
let store;
let stopped = false;

function hash(key, value) {
  const sum = createHash('sha1').update(value).digest('base64');
  return `${Buffer.from(key).toString('hex')} ${value.length} ${sum}`;
}

const calls = {
  async open({ directory, options }) {
    store = new ClassicLevel(directory, { ...ENCODINGS, ...options });
    await store.open();
  },
  async close() {
    await store.close();
  },
  /** Writes batches, one after the other. */
  async write({ batches }) {
    for (const operations of batches) {
      await store.batch(
        operations.map(({ type, key, value }) =>
          type === 'set' ? { type: 'put', key, value } : { type: 'del', key },
        ),
      );
    }
  },
  /** Writes the pairs of pairs.ts until told to stop, promising each in a file. */
  async run({ promises }) {
    const file = openSync(promises, 'a');
    const encode = (text) => new TextEncoder().encode(text);
    stopped = false;
    let number = 0;
    for (; !stopped; ) {
      number++;
      const value = encode(`${number} ${'.'.repeat((number * 7919) % 700)}`);
      const keys = [`a${number % 500}`, `b${number % 500}`];
      await store.batch([
        ...keys.map((key) => ({ type: 'put', key: encode(key), value })),
        { type: 'put', key: encode('count'), value: encode(`${number}`) },
      ]);
      writeSync(file, `${number}\n`);
    }
    closeSync(file);
  },
  async stop() {
    stopped = true;
  },
  async compact() {
    await store.compactRange(new Uint8Array(0), new Uint8Array(64).fill(255));
  },
  /** Everything, in a short form, read in three ways that must agree. */
  async read({ absent }) {
    const entries = await store.iterator().all();
    const backwards = await store.iterator({ reverse: true }).all();
    const shown = entries.map(([key, value]) => hash(key, value));
    const reversed = backwards.map(([key, value]) => hash(key, value)).reverse();
    if (shown.join('\n') !== reversed.join('\n')) throw new Error('backwards is not as forwards');
    const keys = entries.map(([key]) => key);
    const values = await store.getMany(keys);
    values.forEach((value, i) => {
      if (value === undefined || hash(keys[i], value) !== shown[i]) {
        throw new Error(`get(${Buffer.from(keys[i]).toString('hex')}) is not as the scan`);
      }
    });
    for (const value of await store.getMany(absent)) {
      if (value !== undefined) throw new Error('an absent key is there');
    }
    return { shown };
  },
};

process.on('message', async ({ id, call, ...given }) => {
  try {
    process.send({ id, ...(await calls[call](given)) });
  } catch (error) {
    const cause = error.cause?.message ?? '';
    process.send({ id, error: `${call}: ${error.code ?? ''} ${error.message} ${cause}` });
  }
});
