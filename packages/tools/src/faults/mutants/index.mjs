// All seeded bugs, each of which the programme must notice.
import { LOG_MUTANTS } from './log.mjs';
import { MANIFEST_MUTANTS } from './manifest.mjs';
import { READING_MUTANTS } from './reading.mjs';
import { RECOVERY_MUTANTS } from './recovery.mjs';
import { REPAIR_MUTANTS } from './repair.mjs';
import { TABLE_MUTANTS } from './tables.mjs';
import { UNSEEN_MUTANTS } from './unseen.mjs';

export const MUTANTS = [
  ...LOG_MUTANTS,
  ...RECOVERY_MUTANTS,
  ...MANIFEST_MUTANTS,
  ...TABLE_MUTANTS,
  ...UNSEEN_MUTANTS,
  ...READING_MUTANTS,
  ...REPAIR_MUTANTS,
];
