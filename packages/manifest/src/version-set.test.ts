import { encodeInternalKey } from '@jump/base';
import { memoryVfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { VersionSet } from './index.ts';

const key = (text: string, sequence = 1) =>
  encodeInternalKey(Uint8Array.from(Buffer.from(text)), sequence, 1);

test('create, apply, recover, apply', () => {
  const vfs = memoryVfs();
  vfs.makeDirectory('db');
  const a = VersionSet.create(vfs, 'db');
  const log = a.takeFileNumber();
  a.logAndApply({ logNumber: log });
  const number = a.takeFileNumber();
  const file = vfs.open(`db/${String(number).padStart(6, '0')}.ldb`, 'create');
  file.write(new Uint8Array(10), 0, 10);
  file.close();
  a.lastSequence = 77;
  a.logAndApply({
    added: [{ level: 0, table: { number, fileSize: 10, smallest: key('a'), largest: key('b') } }],
  });
  a.close();
  const b = VersionSet.recover(vfs, 'db');
  expect(b.current.levels[0]!.length).toBe(1);
  expect(b.lastSequence).toBe(77);
  expect(b.logNumber).toBe(log);
  b.logAndApply({
    deleted: [{ level: 0, number }],
    added: [{ level: 1, table: b.current.levels[0]![0]! }],
  });
  expect(vfs.list('db').sort()).toMatchInlineSnapshot(`
    [
      "000003.ldb",
      "CURRENT",
      "MANIFEST-000001",
      "MANIFEST-000004",
    ]
  `);
  const c = VersionSet.recover(vfs, 'db');
  expect(c.current.levels.map((l) => l.length)).toEqual([0, 1, 0, 0, 0, 0, 0]);
});
