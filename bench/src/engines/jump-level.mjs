/** `@jump/level`: JumpDB as an abstract-level database. */
import { JumpLevel } from '@jump/level';
import { levelCalls } from '../level-calls.mjs';

/**
 * @param {string} directory
 * @param {import('../engine.mjs').Settings} settings
 * @returns {Promise<import('../engine.mjs').LevelEngine>}
 */
export async function openEngine(directory, { cacheSize, compression }) {
  const db = new JumpLevel(directory, { cacheSize, compression });
  await db.open();
  const level = levelCalls(
    /** @type {import('classic-level').ClassicLevel} */ (/** @type {unknown} */ (db)),
  );
  return {
    level,
    batch: level.batch,
    get: level.getSync,
    async finish() {},
    close: () => db.close(),
  };
}
