/** Settings that all engines share. */

/** Bytes of new entries that LevelDB keeps in memory: as many as JumpDB does by default. */
export const WRITE_BUFFER = 8 << 20;
