/**
 * A lock that only Linux has: a socket name that exists nowhere in the file system and goes away
 * with its owner, however that dies. It keeps apart processes, and what a POSIX lock does not, two
 * threads or two copies of this code in one process. It reaches as far as the network namespace.
 */

import * as fs from 'node:fs';

/**
 * The length of `sun_path`, all of which the name fills: shorter names are padded with NULs by some
 * versions of Node and not by others, and would then be different names.
 */
const NAME_LENGTH = 108;
/** Bun pads none, and refuses a name that leaves no byte for a NUL. */
const BUN_NAME_LENGTH = 107;

/** The names for one directory: one that this runtime can bind, and the others'. */
export interface SocketNames {
  readonly own: string;
  readonly others: string;
}

/**
 * Makes the names for the directory with this device and inode; they start with the NUL of the
 * abstract space.
 */
export function socketNames(directoryId: string): SocketNames {
  const isBun = 'Bun' in globalThis;
  const name = (length: number): string => `\0jumpdb:${directoryId}:`.padEnd(length, '.');
  const [own, others] = isBun ? [BUN_NAME_LENGTH, NAME_LENGTH] : [NAME_LENGTH, BUN_NAME_LENGTH];
  return { own: name(own), others: name(others) };
}

/**
 * Binds this runtime's name, and sees that nobody has the others': of two that bind and then look at
 * least one sees the other.
 *
 * Node tells a failure only in an event, after this turn; whether it listens it tells at once. So
 * the reason is looked for in the kernel's list of sockets.
 *
 * @returns what releases it; `'held'` if somebody has it; `'unavailable'` if there is no such thing here
 */
export function bindSocket(names: SocketNames): (() => void) | 'held' | 'unavailable' {
  // More than once: the holder may let go between our try and our look.
  for (let attempt = 0; attempt < 4; attempt++) {
    const release = tryBind(names.own);
    if (socketInode(release === undefined ? names.own : names.others) !== undefined) {
      release?.();
      return 'held';
    }
    if (release !== undefined) return release;
  }
  return 'unavailable';
}

/** The kernel's number of the socket bound to `name`, if it is bound and can be seen from here. */
export function socketInode(name: string): string | undefined {
  let list: string;
  try {
    list = fs.readFileSync('/proc/net/unix', 'latin1');
  } catch {
    return undefined;
  }
  // "Num RefCount Protocol Flags Type St Inode Path", with an @ for each NUL.
  const line = list.split('\n').find((text) => text.endsWith(` @${name.slice(1)}`));
  return line?.trim().split(/\s+/)[6];
}

function tryBind(name: string): (() => void) | undefined {
  // Whoever connects is sent away: a connection left open would keep the process alive.
  const { createServer } = process.getBuiltinModule('node:net');
  const server = createServer((connection) => connection.destroy());
  server.on('error', () => {});
  try {
    // Exclusive: else the workers of a cluster would share one handle, and all of them have the
    // lock.
    server.listen({ path: name, exclusive: true });
  } catch {
    return undefined;
  }
  if (!server.listening) return undefined;
  server.unref();
  return () => {
    server.close();
  };
}
