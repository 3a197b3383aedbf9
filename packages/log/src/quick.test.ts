import { memoryVfs, readFile } from '@jump/vfs';
import { expect, test } from 'vitest';
import { LogReader, LogWriter } from './index.ts';

test('quick', () => {
  const vfs = memoryVfs();
  const w = new LogWriter({ vfs, path: 'a' }, { bufferSize: 1e6 });
  const sizes = [0, 1, 130, 32768 - 7, 100000, 5, 0, 65536, 3000000, 17];
  for (const s of sizes) w.append(new Uint8Array(s).map((_, i) => i * 7 + s));
  w.close();
  const bytes = readFile(vfs, 'a', 1e9)!;
  expect(bytes.length).toBe(w.size);
  const r = LogReader.open({ vfs, path: 'a' });
  expect([...r].map((x) => x.length)).toEqual(sizes);
  expect(r.dropped).toEqual([]);
  for (let cut = 0; cut < 400; cut++) {
    const items = [...LogReader.fromBytes(bytes.subarray(0, cut)).items()];
    const d = items.filter((i) => i.type === 'damage');
    const clean = [0, 7, 15, 152].includes(cut);
    expect(d.length, `${cut}`).toBe(clean ? 0 : 1);
    if (!clean) expect(d[0]!.reason).toBe('torn-tail');
  }
});
