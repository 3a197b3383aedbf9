// Goal:   another thread reads a shared tree without a copy of it.
// Method: a real worker on the built package walks and searches, and answers with what it saw; then
//         the writer changes one value in place, which the worker must see in the same memory.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ByteTree } from '@jump/rbtree';
import { expect, test } from 'vitest';

const READER = `
  import { parentPort } from 'node:worker_threads';
  const { ByteTree } = await import(MODULE);
  const decoder = new TextDecoder();
  parentPort.on('message', ({ parts, key }) => {
    const tree = ByteTree.fromParts(parts);
    const text = (node) =>
      decoder.decode(tree.entryBytes(node).slice(tree.valueStart(node), tree.valueEnd(node)));
    const values = [];
    for (let node = tree.firstNode(); node !== 0; node = tree.nextNode(node)) {
      values.push(text(node));
    }
    const found = tree.findKey(key, 0, key.length, 0xffffffff, 0xffffffff);
    parentPort.postMessage({ values, found: found === 0 ? undefined : text(found) });
  });
`;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test('a worker walks and searches the same memory', async () => {
  const module = JSON.stringify(new URL('../dist/index.js', import.meta.url).href);
  const source = READER.replace('MODULE', module);
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  try {
    const tree = new ByteTree({ shared: true, arenaSize: 256, nodes: 2 });
    const set = (key: string, tag: number, value: string): void => {
      const k = utf8(key);
      const v = utf8(value);
      tree.insert(k, 0, k.length, 0, tag, v, 0, v.length);
    };
    for (let i = 0; i < 1000; i++) set(`key${i}`, i, `value ${i}`);
    set('large', 1000, 'x'.repeat(400_000));
    const parts = tree.parts();
    const ask = async (): Promise<{ values: string[]; found: string }> => {
      worker.postMessage({ parts, key: utf8('key77') });
      return (await once(worker, 'message'))[0];
    };
    const first = await ask();
    expect(first.found).toBe('value 77');
    const keys = Array.from({ length: 1000 }, (_, i) => `key${i}`).sort();
    expect(first.values).toEqual([
      ...keys.map((key) => `value ${key.slice(3)}`),
      'x'.repeat(400_000),
    ]);
    tree.protectNothing();
    set('key77', 2000, 'VALUE 77');
    expect((await ask()).found).toBe('VALUE 77');
  } finally {
    await worker.terminate();
  }
});
