/** The parts of an open store, connected, and the order in which they end. */
import { JumpError } from '@jump/base';
import type { Background } from './background.ts';
import type { ObsoleteFiles } from './obsolete-files.ts';
import type { Store } from './store.ts';
import { onExit } from './turn.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';
import { WritePath } from './write-path.ts';

/** The parts of an open store that work together; shared by the facade and what it delegates to. */
export class Engine {
  readonly store: Store;
  readonly log: WriteAheadLog;
  readonly background: Background;
  readonly obsolete: ObsoleteFiles;
  readonly writes: WritePath;
  readonly #removeExit: () => void;

  /** Connects the parts. */
  constructor(store: Store, log: WriteAheadLog, background: Background, obsolete: ObsoleteFiles) {
    this.store = store;
    this.log = log;
    this.background = background;
    this.obsolete = obsolete;
    this.writes = new WritePath(store, log, background);
    store.onRelease = () => obsolete.sweep();
    store.onPoison = (error) => {
      log.fail(error);
      background.fail(error);
    };
    this.#removeExit = onExit(() => {
      if (!store.poisoned) log.handOver();
    });
  }

  /** Ends everything, in an order in which nothing works on what is gone already. */
  close(): void {
    const { store } = this;
    if (store.closed) return;
    this.#removeExit();
    let failure: unknown;
    try {
      this.background.close();
      this.log.close(store.poisoned);
    } catch (error) {
      failure = error;
    }
    failure ??= store.takeUnseenFailure();
    store.markClosed();
    this.log.fail(new JumpError('JUMP_CLOSED', `the store ${store.directory} was closed`));
    store.tables.close();
    store.versions.close();
    store.lock.release();
    if (failure !== undefined) throw failure;
  }
}
