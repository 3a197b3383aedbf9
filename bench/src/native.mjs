/**
 * LevelDB in C++: compiles `bench/native/leveldb.cc` against the system's library, where there is
 * one (Debian: `libleveldb-dev`).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PEERS } from './peers.mjs';

const SOURCES = fileURLToPath(new URL('../native', import.meta.url));
/** The program, once it is compiled. */
export const NATIVE = join(PEERS, 'leveldb-bench');

/** Compiles the program, unless it is newer than its sources; returns what went wrong, if so. */
export function compileNative() {
  const files = ['leveldb.cc', 'workload.h'].map((file) => join(SOURCES, file));
  const changed = Math.max(...files.map((file) => statSync(file).mtimeMs));
  if (existsSync(NATIVE) && statSync(NATIVE).mtimeMs > changed) return undefined;
  mkdirSync(PEERS, { recursive: true });
  const command = [
    '-std=c++17',
    '-O2',
    '-DNDEBUG',
    '-o',
    NATIVE,
    files[0],
    '-lleveldb',
    '-lpthread',
  ];
  const { status, stderr, error } = spawnSync('g++', command, { encoding: 'utf8' });
  if (error !== undefined) return `no C++ compiler (${error.message})`;
  if (status === 0) return undefined;
  const [first = ''] = stderr.split('\n').filter((line) => line.includes('error'));
  return `g++ failed; is libleveldb-dev there? ${first.trim()}`;
}

/** Tells the library's version; `undefined` without the program. */
export function nativeVersion() {
  if (!existsSync(NATIVE)) return undefined;
  const { stdout, status } = spawnSync(NATIVE, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
