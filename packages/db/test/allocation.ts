/** Watches what is allocated: bytes that a length field asks for must not be taken unseen. */

/** Somebody asked for too much at once. */
export class TooMuch extends Error {}

const KINDS = ['Uint8Array', 'ArrayBuffer', 'SharedArrayBuffer'] as const;

/** Runs `action`; throws {@link TooMuch} from inside it when it asks for more than `limit` at once. */
export async function withAllocationLimit<T>(
  limit: number,
  action: () => T | Promise<T>,
): Promise<T> {
  const saved = KINDS.map((kind) => globalThis[kind]);
  const watch = <C extends (typeof saved)[number]>(kind: C): C =>
    new Proxy(kind, {
      construct(target, given: unknown[]) {
        const [size] = given;
        if (typeof size === 'number' && size > limit) throw new TooMuch(`${size} bytes at once`);
        return Reflect.construct(target, given);
      },
    });
  try {
    for (const [i, kind] of KINDS.entries()) {
      (globalThis as Record<string, unknown>)[kind] = watch(saved[i]!);
    }
    return await action();
  } finally {
    for (const [i, kind] of KINDS.entries()) {
      (globalThis as Record<string, unknown>)[kind] = saved[i];
    }
  }
}
