/**
 * Finds out from Linux's `/proc` who has a lock. Elsewhere nothing is found, and nothing is lost
 * but a name.
 */

import * as fs from 'node:fs';
import { isDenied, systemCodeOf } from './node-error.ts';

/**
 * A descriptor each; on a machine with more the holder stays unnamed rather than costing seconds.
 */
const MAX_DESCRIPTORS = 20_000;

/**
 * Looks for a lock on a file, without opening it: to open and close a file ends all POSIX locks
 * that the process has on it, native LevelDB's among them.
 *
 * @param fileId - device and inode, as `VfsStat.id` has them
 * @returns the holder's process id; 0 if it is not known; `undefined` if no lock is seen
 */
export function findLock(fileId: string): number | undefined {
  const inode = fileId.slice(fileId.indexOf(':') + 1);
  for (const line of readText('/proc/locks').split('\n')) {
    // "1: POSIX  ADVISORY  WRITE 4242 fe:00:131077 0 EOF"; waiting ones have "->" after the number.
    const [, kind, , , pid, place = ''] = line.trim().split(/\s+/);
    if (kind !== 'POSIX' && kind !== 'OFDLCK') continue;
    const [major, minor, lockedInode] = place.split(':');
    if (lockedInode !== inode) continue;
    const owner = Math.max(0, Number(pid) || 0);
    const device = BigInt(fileId.slice(0, fileId.indexOf(':')));
    if (deviceName(device) === `${major}:${minor}`) return owner;
    // The kernel prints the file system's device, which is not what stat says on btrfs and
    // overlays; or it is another file of the same number on another disk.
    if (owner > 0 && hasOpen(owner, (link) => identify(link) === fileId)) return owner;
  }
  return undefined;
}

/** Looking at more descriptors costs more than looking for a lock. */
const MANY_DESCRIPTORS = 500;

/**
 * Tells whether this process has a file open; `true`, too, where that cannot be seen.
 *
 * @param fileId - as for {@link findLock}
 */
export function mayHaveOpen(fileId: string): boolean {
  const own = '/proc/self/fd';
  const names = listNames(own);
  if (names.length === 0 || names.length > MANY_DESCRIPTORS) return true;
  return names.some((name) => identify(`${own}/${name}`) === fileId);
}

/** The process that has one of these open, if it can be seen: a file's path, or `socket:[inode]`. */
export function findProcess(links: ReadonlySet<string>): number | undefined {
  let left = MAX_DESCRIPTORS;
  for (const name of listNames('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    if (hasOpen(pid, (link) => links.has(readLink(link)) || --left < 0)) {
      return left < 0 ? undefined : pid;
    }
  }
  return undefined;
}

/** The words that a process was started with; none if it is gone, or not ours to look at. */
export function commandOf(pid: number): string[] {
  return readText(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);
}

function hasOpen(pid: number, matches: (link: string) => boolean): boolean {
  const directory = `/proc/${pid}/fd`;
  return listNames(directory).some((name) => matches(`${directory}/${name}`));
}

/** How the kernel prints a device: both numbers in hexadecimal, of at least two digits. */
function deviceName(device: bigint): string {
  // The layout of Linux's 64-bit dev_t: minor bits 0-7 and 20-43, major bits 8-19 and 44-63.
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xffff_f000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffff_ff00n);
  return `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}`;
}

// Processes come and go, and many are not ours to look at: what cannot be read is not there.

function identify(path: string): string | undefined {
  const stats = attempt(() => fs.statSync(path, { bigint: true }));
  return stats && `${stats.dev}:${stats.ino}`;
}

function readLink(path: string): string {
  return attempt(() => fs.readlinkSync(path)) ?? '';
}

function listNames(directory: string): string[] {
  return attempt(() => fs.readdirSync(directory)) ?? [];
}

function readText(path: string): string {
  return attempt(() => fs.readFileSync(path, 'latin1')) ?? '';
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (cause) {
    if (systemCodeOf(cause) === undefined && !isDenied(cause)) throw cause;
    return undefined;
  }
}
