/** What a disk does to the sectors of a file that were not synced. */
import type { Random } from './random.ts';

const SECTOR = 512;

/** Leaves some sectors of `image` from `synced` on, and something else in the others. */
export function loseSectors(image: Uint8Array, synced: number, random: Random): void {
  const garbage = random.chance(0.3);
  const chance = random.pick([0.2, 0.5, 0.8]);
  for (let at = synced; at < image.length; ) {
    const end = Math.min(image.length, (Math.floor(at / SECTOR) + 1) * SECTOR);
    if (random.chance(chance)) {
      if (garbage) for (let i = at; i < end; i++) image[i] = random.bits();
      else image.fill(0, at, end);
    }
    at = end;
  }
}
