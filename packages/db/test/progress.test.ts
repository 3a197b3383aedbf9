// Goal:   compact() tells how far it is, and can be given up, by its signal or by its own callback.
// Method: one test a deed.
import { leveled, open } from '@jump/db';
import { describe, expect, test, vi } from 'vitest';

const TINY = { memtableSize: 1024, tableSize: 1024 } as const;

describe('compact', () => {
  test('an onProgress that throws rejects the call, and nothing else', async () => {
    const db = open(undefined, TINY);
    for (let i = 0; i < 300; i++) db.set(`k${i}`, 'x'.repeat(100));
    const onProgress = () => {
      throw new Error('of the caller');
    };
    await expect(db.compact(undefined, { onProgress })).rejects.toThrow('of the caller');
    await db.compact();
    expect(db.stats().backgroundErrors).toEqual([]);
    expect([...db.keys()]).toHaveLength(300);
    db.close();
  });

  test('tells of bytes, never more done than in all, and ends with all', async () => {
    const db = open(undefined, TINY);
    for (let i = 0; i < 300; i++) db.set(`k${i}`, 'x'.repeat(100));
    const onProgress = vi.fn<(progress: { done: number; total: number }) => void>();
    await db.compact(undefined, { onProgress });
    const calls = onProgress.mock.calls.map(([progress]) => progress);
    for (const { done, total } of calls) expect(done).toBeLessThanOrEqual(total);
    const last = calls.at(-1);
    expect(last?.done).toBe(last?.total);
    expect(last?.total).toBeGreaterThan(1000);
    db.close();
  });

  test('a signal gives it up: no further job of it begins', async () => {
    // Nothing is merged before it is asked for.
    const compaction = leveled({ l0Trigger: 1000, stop: 1000 });
    const db = open(undefined, { ...TINY, compaction });
    for (let i = 0; i < 300; i++) db.set(`k${i}`, 'x'.repeat(100));
    await expect(db.compact(undefined, { signal: AbortSignal.abort('early') })).rejects.toBe(
      'early',
    );
    const controller = new AbortController();
    const onProgress = vi.fn(() => controller.abort(new Error('enough')));
    const compacted = db.compact(undefined, { onProgress, signal: controller.signal });
    await expect(compacted).rejects.toThrow('enough');
    expect(onProgress).toHaveBeenCalledTimes(1);
    await db.compact();
    expect([...db.keys()]).toHaveLength(300);
    db.close();
  });
});
