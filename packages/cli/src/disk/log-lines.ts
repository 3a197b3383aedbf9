/** The lines of write-ahead logs, with what is missing between them. */
import { JumpError } from '@jump/base';
import { type LogEntry, type LogHole, LogOrder, LogReader } from '@jump/log';
import { type DirectoryFile, isTornTail, type Layout } from './directory.ts';

/** What is missing from a store's logs, by the log's path. */
export type LogHoles = ReadonlyMap<string, readonly LogHole[]>;

/**
 * Looks through the logs of a store, oldest first, for what is missing between their records.
 *
 * @throws JUMP_CORRUPTION, unless `tolerant`, where no crash explains it; JUMP_IO
 */
export function findLogHoles({ logs, promises }: Layout, tolerant: boolean): LogHoles {
  const holes = new Map<string, LogHole[]>(logs.map(({ path }) => [path, []]));
  const order = new LogOrder(promises);
  const take = (path: string, hole: LogHole | undefined): void => {
    if (hole === undefined) return;
    const { offset, reason, durable, told } = hole;
    if (durable && !tolerant) {
      const what = `${reason}, though they were on the disk`;
      throw new JumpError('JUMP_CORRUPTION', what, { file: path, offset });
    }
    if (!told) holes.get(path)?.push(hole);
  };
  for (const { path } of logs) {
    for (const entry of LogReader.open(path).entries()) take(path, order.take(entry));
  }
  const last = logs.at(-1);
  if (last !== undefined) take(last.path, order.end(last.size));
  return holes;
}

/**
 * The entries, the marks and the damage of a log, in order.
 *
 * @throws JUMP_CORRUPTION, unless `tolerant`, at damage that no crash explains; JUMP_IO
 */
export function* logLines(
  file: DirectoryFile,
  holes: readonly LogHole[],
  tolerant: boolean,
): Generator<LogEntry, void, void> {
  let next = 0;
  for (const line of LogReader.open(file.path).entries()) {
    for (; (holes[next]?.offset ?? Infinity) <= line.offset; next++) yield holeLine(holes[next]!);
    if (line.type === 'damage' && !tolerant && !isTornTail(file, line)) {
      const { offset, reason } = line;
      throw new JumpError('JUMP_CORRUPTION', reason, { file: file.path, offset });
    }
    yield line;
  }
  for (const hole of holes.slice(next)) yield holeLine(hole);
}

function holeLine({ offset, reason }: LogHole): LogEntry {
  return { type: 'damage', offset, bytes: 0, reason };
}
