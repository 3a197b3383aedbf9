/** The parts of an open store, connected, and the order in which they end. */
import { JumpError } from '@jump/base';
import type { TableSpec } from '@jump/compaction';
import type { Background } from './background/background.ts';
import { removeFiles } from './background/file-work.ts';
import type { ObsoleteFiles } from './background/obsolete-files.ts';
import { flushAtClose } from './flush-at-close.ts';
import type { Store } from './store.ts';
import { onExit } from './write/turn.ts';
import type { WriteAheadLog } from './write/write-ahead-log.ts';
import { WritePath } from './write/write-path.ts';

/** The parts of an open store that work together; shared by the facade and what it delegates to. */
export class Engine {
  readonly store: Store;
  readonly log: WriteAheadLog;
  readonly background: Background;
  readonly obsolete: ObsoleteFiles;
  readonly writes: WritePath;
  readonly #spec: TableSpec;
  readonly #removeExit: () => void;
  #closing = false;

  /** Connects the parts. */
  constructor(
    store: Store,
    log: WriteAheadLog,
    background: Background,
    obsolete: ObsoleteFiles,
    spec: TableSpec,
  ) {
    this.store = store;
    this.#spec = spec;
    this.log = log;
    this.background = background;
    this.obsolete = obsolete;
    this.writes = new WritePath(store, log, background);
    store.onRelease = () => obsolete.sweep();
    store.onReads = () => background.afterReads();
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
    // An event of the closing itself may call again.
    if (store.closed || this.#closing) return;
    this.#closing = true;
    this.#removeExit();
    let failure: unknown;
    // Each step is done whatever became of those before it; the first failure is the one to tell.
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        failure ??= error;
      }
    };
    attempt(() => this.background.close());
    // Nobody else is there to do it now.
    this.obsolete.remove = (paths) => this.obsolete.report(removeFiles(store.vfs, paths));
    if (failure === undefined && !store.poisoned && !this.background.edits.busy) {
      attempt(() => flushAtClose(store, this.log, this.obsolete, this.#spec));
    }
    attempt(() => this.log.close(store.poisoned));
    if (failure === undefined && !store.poisoned) this.#writeMoves();
    if (failure === undefined && !store.poisoned) this.#markDurable();
    failure ??= store.takeUnseenFailure();
    store.markClosed();
    this.log.fail(new JumpError('JUMP_CLOSED', `the store ${store.directory} was closed`));
    attempt(() => store.tables.close());
    attempt(() => store.versions.close());
    attempt(() => store.lock.release());
    if (failure !== undefined) throw failure;
  }

  /** Has the manifest say where tables are that were moved since its last edit. */
  #writeMoves(): void {
    const { store, background } = this;
    if (!store.versions.movesPending || background.edits.busy) return;
    try {
      const { manifestNumber } = store.versions;
      store.versions.logAndApply({}, { directorySynced: true });
      if (store.versions.manifestNumber !== manifestNumber) this.obsolete.removeManifests();
    } catch (error) {
      // Then they are where they were, which is no loss.
      store.report(error, false);
    }
  }

  /** Has the manifest say how far the logs go, if they hold anything. */
  #markDurable(): void {
    const { store } = this;
    if (store.lastSequence === store.versions.lastSequence) return;
    try {
      store.versions.markDurable(store.lastSequence);
    } catch (error) {
      // Everything is safe in the logs; only, that they are whole is written nowhere else.
      store.report(error, false);
    }
  }
}
