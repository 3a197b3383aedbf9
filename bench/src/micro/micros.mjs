/** All micro-benches. */
import { fileMicros } from './files.mjs';
import { memoryMicros } from './memory.mjs';

/** @type {readonly import('./measure.mjs').Micro[]} */
export const micros = [...memoryMicros, ...fileMicros];
