// Goal:   memory that is used again is nobody else's.
// Method: a table in an array of the caller's, whose length and place are those of recycled memory;
//         its blocks leave the cache, another table's come; the caller's array must stay as it was.
import { memoryVfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { BlockCache, TableReader, TableWriter } from './index.ts';

const text = new TextEncoder();

/** A table whose file is a whole number of 512 bytes. */
function evenTable(): Uint8Array {
  const vfs = memoryVfs();
  for (let extra = 0; ; extra++) {
    const path = `t${extra}`;
    const writer = new TableWriter({ vfs, path }, { compression: 'none', blockSize: 1024 });
    for (let i = 0; i < 20; i++)
      writer.add(text.encode(`k${10 + i}`), text.encode('x'.repeat(100)));
    writer.add(text.encode('z'), text.encode('y'.repeat(extra)));
    const { fileSize } = writer.finish();
    if (fileSize % 512 !== 0) continue;
    const bytes = new Uint8Array(fileSize);
    vfs.open(path, 'read').read(bytes, 0, fileSize, 0);
    return bytes;
  }
}

test("a table in the caller's memory leaves that memory alone when its blocks go", () => {
  const bytes = evenTable();
  const before = bytes.slice();
  const cache = new BlockCache(1 << 20);
  const table = TableReader.fromBytes(bytes, { cache });
  expect(table.get(text.encode('k13'))).toHaveLength(100);
  table.close();
  const vfs = memoryVfs();
  const target = { vfs, path: 'other' };
  const writer = new TableWriter(target, { compression: 'none', blockSize: bytes.length - 200 });
  for (let i = 0; i < 200; i++)
    writer.add(text.encode(`k${1000 + i}`), text.encode('o'.repeat(50)));
  writer.finish();
  const other = TableReader.open(target, { cache });
  for (let i = 0; i < 200; i += 20) expect(other.get(text.encode(`k${1000 + i}`))).toHaveLength(50);
  expect(bytes).toEqual(before);
  other.close();
});
