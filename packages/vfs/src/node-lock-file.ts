/**
 * The last resort where neither the kernel nor a child can lock `LOCK`: a file that names its owner.
 *
 * It appears complete, because it is written under another name and linked. It outlives an owner
 * that was killed. Removing a dead owner's file is a race, so it is done only where the race is
 * excluded and the death is proven: by the abstract socket, which every owner holds as long as the
 * file.
 */

import * as fs from 'node:fs';
import { fromNode, systemCodeOf } from './node-error.ts';

/** What an owner file says. */
export interface Owner {
  /** Process id, as the owner sees it. */
  readonly pid: number;
  /** Kernel run and network namespace: the place in which one name of a socket is one socket. */
  readonly place: string;
}

/** Whose the owner file is, if there is one; `'dead'` if that is proven. */
export function readOwner(ownerFile: string, socketHeld: boolean): Owner | 'dead' | undefined {
  let text: string;
  try {
    text = fs.readFileSync(ownerFile, 'utf8');
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return undefined;
    throw fromNode(cause, 'cannot read', ownerFile);
  }
  const [, pid = '0', place = 'unknown'] = /^pid (\d+)\nplace (.+)\n$/.exec(text) ?? [];
  // We hold the socket, and the owner would hold it if it lived: the names are made of the same
  // directory's device and inode, in the same place.
  if (socketHeld && place === currentPlace()) return 'dead';
  return { pid: Number(pid), place };
}

/**
 * Makes the owner file. One whose owner has no socket could be proven dead by nobody, and names no
 * place, so that nobody tries.
 *
 * @returns what removes it; `'held'` if another made one in the meantime
 */
export function writeOwner(ownerFile: string, socketHeld: boolean): (() => void) | 'held' {
  const draft = `${ownerFile}-${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    const place = (socketHeld ? currentPlace() : undefined) ?? 'unknown';
    const text = `pid ${process.pid}\nplace ${place}\n`;
    fs.writeFileSync(draft, text, { flag: 'wx' });
    fs.linkSync(draft, ownerFile);
    return () => fs.rmSync(ownerFile, { force: true });
  } catch (cause) {
    if (systemCodeOf(cause) === 'EEXIST') return 'held';
    throw fromNode(cause, 'cannot make', ownerFile);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function currentPlace(): string | undefined {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot} ${fs.readlinkSync('/proc/self/ns/net')}`;
  } catch {
    return undefined;
  }
}
