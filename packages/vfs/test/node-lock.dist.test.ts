import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';

// A machine that does many things at once starts a process late.
vi.setConfig({ testTimeout: 30_000 });

// Goal:   one owner at a time, whoever else tries and however the owner ended.
// Method: real processes and threads of what is published, killed with SIGKILL; native LevelDB in a
//         process of its own, since its locks are the process's.

const temporary = fs.mkdtempSync(path.join(tmpdir(), 'jumpdb-lock-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => fs.rmSync(temporary, { recursive: true, force: true }));

interface Answer {
  readonly kind?: string;
  readonly code?: string;
  readonly message?: string;
  readonly systemCode?: string;
  readonly size?: number;
}

class Child {
  readonly process: ChildProcess;
  #calls = 0;

  /**
   * @param methods - the PATH of a process that has no SQLite; undefined: it has everything
   * @param execPath - what to start instead of Node
   */
  constructor(methods?: string, execPath?: string) {
    const script = fileURLToPath(new URL('lock-child.mjs', import.meta.url));
    const env = { ...process.env, ...(methods === undefined ? {} : { METHODS: methods }) };
    this.process = fork(script, {
      env,
      ...(execPath === undefined ? {} : { execPath }),
    });
    children.push(this.process);
  }

  call(call: string, given: object): Promise<Answer> {
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.process.on('message', (answer: Answer & { id: number }) => {
        if (answer.id === id) resolve(answer);
      });
      this.process.once('exit', (code) => {
        if (code !== null) reject(new Error(`the child ended with status ${code}`));
      });
      this.process.send({ id, call, ...given });
    });
  }

  async kill(): Promise<void> {
    const end = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await end;
  }
}

function newDirectory(): string {
  return fs.mkdtempSync(path.join(temporary, 'd'));
}

/** A folder with one program in it, to be the PATH; an empty one for none. */
function only(program?: string): string {
  const folder = newDirectory();
  if (program !== undefined) {
    fs.symlinkSync(where(program), path.join(folder, program));
  }
  return folder;
}

/** The program itself; a version switcher's script would need more than one program in its PATH. */
function where(program: string): string {
  for (const folder of ['/usr/bin', '/bin', '/usr/local/bin']) {
    const file = path.join(folder, program);
    if (fs.existsSync(file)) return file;
  }
  return '';
}

/** How long processes contend, in each of the ways of locking. */
const CONTENTION_MS = Number(process.env['CONTENTION_MS'] ?? 2000);

const linux = process.platform === 'linux';
const methods = [
  { name: 'the best there is', program: '', kind: 'kernel' },
  { name: 'perl', program: 'perl', kind: 'kernel' },
  { name: 'python3', program: 'python3', kind: 'kernel' },
  { name: 'flock', program: 'flock', kind: 'jumpdb-only' },
  { name: 'an owner file', program: 'none', kind: 'jumpdb-only' },
].filter(
  ({ program }) => program === '' || (linux && (program === 'none' || where(program) !== '')),
);

describe.each(methods)('with $name', ({ program, kind }) => {
  const newChild = (): Child =>
    new Child(program === '' ? undefined : only(program === 'none' ? undefined : program));

  test('one process has it, and another is told which', async () => {
    const directory = newDirectory();
    const [owner, other] = [newChild(), newChild()];
    expect(await owner.call('lock', { directory })).toMatchObject({ kind });
    const refused = await other.call('lock', { directory });
    expect(refused.code).toBe('JUMP_LOCKED');
    if (linux) expect(refused.message).toContain(`process ${owner.process.pid}`);
    expect(refused.message).toContain(path.join(directory, 'LOCK'));
    expect(fs.statSync(path.join(directory, 'LOCK')).size).toBe(0);
    await owner.call('check', { directory });
    await owner.call('release', { directory });
    expect(await other.call('lock', { directory })).toMatchObject({ kind });
    await other.call('release', { directory });
    expect(fs.readdirSync(directory)).toEqual(['LOCK']);
  });

  test('it is free after its owner was killed', async () => {
    const directory = newDirectory();
    const owner = newChild();
    await owner.call('lock', { directory });
    await owner.kill();
    expect(await newChild().call('lock', { directory })).toMatchObject({ kind });
  });

  test('threads exclude each other, and a terminated one lets go', async () => {
    const directory = newDirectory();
    const [child, other] = [newChild(), newChild()];
    expect(await child.call('lockInThread', { directory })).toMatchObject({ kind });
    expect(await child.call('lockInThread', { directory })).toMatchObject({ code: 'JUMP_LOCKED' });
    expect(await child.call('lock', { directory })).toMatchObject({ code: 'JUMP_LOCKED' });
    // The refused attempts of this process must not have ended its own lock.
    expect(await other.call('lock', { directory })).toMatchObject({ code: 'JUMP_LOCKED' });
    await child.call('terminate', {});
    // Deno tells that a thread has ended before it has closed what the thread had.
    const end = Date.now() + ('Deno' in globalThis ? 5000 : 0);
    let answer = await other.call('lock', { directory });
    while (answer.code !== undefined && Date.now() < end) {
      answer = await other.call('lock', { directory });
    }
    expect(answer).toMatchObject({ kind });
  });

  test('a kernel lock can be required', async () => {
    const directory = newDirectory();
    const child = newChild();
    const answer = await child.call('lock', { directory, options: { requireKernelLock: true } });
    if (kind === 'kernel') expect(answer).toMatchObject({ kind });
    else expect(answer).toMatchObject({ code: 'JUMP_UNSUPPORTED' });
    if (kind !== 'kernel') expect(await child.call('lock', { directory })).toMatchObject({ kind });
  });

  test.runIf(kind === 'kernel')('native LevelDB and we keep each other out', async () => {
    const directory = newDirectory();
    const [ours, native] = [newChild(), newChild()];
    await native.call('openLevel', { directory });
    const refused = await ours.call('lock', { directory });
    expect(refused.code).toBe('JUMP_LOCKED');
    if (linux) expect(refused.message).toContain(`process ${native.process.pid}`);
    await native.kill();
    expect(await ours.call('lock', { directory })).toMatchObject({ kind });
    const another = newChild();
    expect(await another.call('openLevel', { directory })).toMatchObject({ code: 'LEVEL_LOCKED' });
    await ours.call('release', { directory });
    expect((await another.call('openLevel', { directory })).code).toBeUndefined();
    await another.call('closeLevel', { directory });
    expect(await ours.call('lock', { directory })).toMatchObject({ kind });
  });

  test.runIf(linux && kind !== 'kernel')('a native LevelDB is seen all the same', async () => {
    const directory = newDirectory();
    const [ours, native] = [newChild(), newChild()];
    await native.call('openLevel', { directory });
    const refused = await ours.call('lock', { directory });
    expect(refused.code).toBe('JUMP_LOCKED');
    expect(refused.message).toContain(`process ${native.process.pid}`);
    await native.call('closeLevel', { directory });
    expect(await ours.call('lock', { directory })).toMatchObject({ kind });
  });

  test.runIf(linux)(
    'to be refused does not end a native LevelDB’s lock in this process',
    async () => {
      const directory = newDirectory();
      const [both, other] = [newChild(), newChild()];
      await both.call('openLevel', { directory });
      expect(await both.call('lock', { directory })).toMatchObject({ code: 'JUMP_LOCKED' });
      expect(await other.call('openLevel', { directory })).toMatchObject({ code: 'LEVEL_LOCKED' });
    },
  );

  test(
    'processes that contend and are killed never have it at the same time',
    async () => {
      const directory = newDirectory();
      const begin = Date.now();
      let kills = 0;
      const run = async (name: string, victim: boolean): Promise<void> => {
        while (Date.now() - begin < CONTENTION_MS) {
          const child = newChild();
          const ms = Math.max(1, CONTENTION_MS - (Date.now() - begin));
          const done = child.call('contend', {
            directory,
            ms,
            name: `${name}-${child.process.pid}`,
          });
          if (!victim) return void expect((await done).message).toBeUndefined();
          await new Promise((resolve) => setTimeout(resolve, 250));
          await child.kill();
          kills++;
        }
      };
      await Promise.all([run('a', false), run('b', false), run('c', true)]);
      const history = fs.readFileSync(path.join(directory, 'history'), 'utf8');
      expect(history).not.toContain('X');
      expect(history.length).toBeGreaterThan(3);
      expect(kills).toBeGreaterThan(1);
      console.log(`${history.length} acquisitions, ${kills} kills`);
    },
    30_000 + CONTENTION_MS,
  );
});

describe.runIf(linux)('a child that gets the lock', () => {
  /** A folder with a program that goes on for a while when it has done its work. */
  const lingering = (program: string): string => {
    const folder = newDirectory();
    const script = `#!/bin/sh\n${where(program)} "$@"; status=$?\n/bin/sleep 0.7; exit $status\n`;
    fs.writeFileSync(path.join(folder, program), script, { mode: 0o755 });
    return folder;
  };

  test.each(['perl', 'python3', 'flock'])(
    'and outlives an owner that was killed is waited for (%s)',
    async (program) => {
      const directory = newDirectory();
      const lock = path.join(directory, 'LOCK');
      const owner = new Child(lingering(program));
      owner.call('lock', { directory }).catch(() => {});
      // Until the kernel has it.
      const inode = (): string => `:${fs.existsSync(lock) ? fs.statSync(lock).ino : '?'} `;
      while (!fs.readFileSync('/proc/locks', 'latin1').includes(inode())) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await owner.kill();
      const next = await new Child(only(program)).call('lock', { directory });
      expect(next.message).toBeUndefined();
      expect(next.kind).toBeDefined();
    },
  );

  test('does not make anybody wait for an owner that lives', async () => {
    const directory = newDirectory();
    const owner = new Child(only('perl'));
    await owner.call('lock', { directory });
    const other = new Child(only('perl'));
    const start = Date.now();
    expect(await other.call('lock', { directory })).toMatchObject({ code: 'JUMP_LOCKED' });
    expect(Date.now() - start).toBeLessThan(1500);
  });
});

describe.runIf(linux)('an owner file', () => {
  test('of another place is believed, and named', async () => {
    const directory = newDirectory();
    const file = path.join(directory, 'LOCK.owner');
    fs.writeFileSync(file, 'pid 7\nplace another-kernel net:[1]\n');
    for (const child of [new Child(), new Child(only())]) {
      const refused = await child.call('lock', { directory });
      expect(refused.code).toBe('JUMP_LOCKED');
      expect(refused.message).toContain('process 7 on another-kernel');
      expect(refused.message).toContain(file);
    }
    expect(fs.existsSync(file)).toBe(true);
  });

  test('that makes no sense is believed', async () => {
    const directory = newDirectory();
    fs.writeFileSync(path.join(directory, 'LOCK.owner'), '');
    expect(await new Child().call('lock', { directory })).toMatchObject({ code: 'JUMP_LOCKED' });
  });
});

test('different methods exclude each other', async () => {
  const kinds = methods.map(({ program }) => program);
  for (const [index, program] of kinds.entries()) {
    const directory = newDirectory();
    const folder = (name: string): string | undefined =>
      name === '' ? undefined : only(name === 'none' ? undefined : name);
    const owner = new Child(folder(program));
    await owner.call('lock', { directory });
    const other = new Child(folder(kinds[(index + 1) % kinds.length] ?? ''));
    expect(await other.call('lock', { directory })).toMatchObject({ code: 'JUMP_LOCKED' });
  }
});

// A program that binds the name stands in for the other runtime: Bun's is shorter by a byte.
test.runIf(linux && where('python3') !== '')(
  'a store on Node and one on Bun see each other’s sockets',
  async () => {
    const directory = newDirectory();
    const { dev, ino } = fs.statSync(directory, { bigint: true });
    const name = `jumpdb:${dev}:${ino}:`.padEnd(('Bun' in globalThis ? 108 : 107) - 1, '.');
    const program = `import socket, time
bound = socket.socket(socket.AF_UNIX)
bound.bind('\\0${name}')
bound.listen()
print('bound', flush=True)
time.sleep(60)`;
    const owner = spawn(where('python3'), ['-c', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(owner);
    await once(owner.stdout, 'data');
    const refused = await new Child().call('lock', { directory });
    expect(refused).toMatchObject({ code: 'JUMP_LOCKED' });
    expect(refused.message).toContain(`process ${owner.pid}`);
    const end = once(owner, 'exit');
    owner.kill('SIGKILL');
    await end;
    expect(await new Child().call('lock', { directory })).toMatchObject({ kind: 'kernel' });
  },
);

// A limit on the size of files stands in for a full disk: the kernel takes a part of the bytes
// first.
test.runIf(linux)(
  'a write that the disk takes a part of is an error, not a shorter file',
  async () => {
    const directory = newDirectory();
    const limited = path.join(directory, 'limited');
    // Of the signal that comes with it, too, a Deno would end that was not started so.
    const ignored = 'Deno' in globalThis ? "trap '' XFSZ\n" : '';
    const script = `#!/bin/sh\n${ignored}ulimit -f 64\nexec '${process.execPath}' "$@"\n`;
    fs.writeFileSync(limited, script, { mode: 0o755 });
    const file = path.join(directory, 'file');
    const answer = await new Child(undefined, limited).call('fill', { path: file, bytes: 100_000 });
    expect(answer).toMatchObject({ code: 'JUMP_IO', systemCode: 'EFBIG' });
    expect(answer.size).toBe(fs.statSync(file).size);
    expect(answer.size).toBeGreaterThan(0);
  },
);
