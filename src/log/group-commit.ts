import { fault, isFault, type VigilError } from '../base/errors.ts';
import type { Flushable, Flusher } from './flusher.ts';

export interface GroupCommitOptions {
  flusher: Flusher;
  /** Names the log in messages. */
  name: string;
  /** Offset after the last append, at the time of the call. */
  logEndOffset: () => bigint;
  /** Brings every write made before the call to the disk. */
  sync: () => Promise<void>;
  /** Everything below `durableOffset` is on the disk. Called before those who wait are told. */
  onDurable: (durableOffset: bigint) => void;
  onFailure: (failure: VigilError) => void;
}

/**
 * Makes the appends of one log durable in groups: those that come while a flush is under way share the next one.
 *
 * A failed flush is final. The system may have dropped what it could not write and report success the next time, so
 * trying again would acknowledge what is lost.
 */
export class GroupCommit implements Flushable {
  readonly #options: GroupCommitOptions;
  #durableOffset: bigint;
  #group: PromiseWithResolvers<void> | undefined;
  #failure: VigilError | undefined;

  /** @param durableOffset everything below is known to be on the disk */
  constructor(options: GroupCommitOptions, durableOffset: bigint) {
    this.#options = options;
    this.#durableOffset = durableOffset;
  }

  get durableOffset(): bigint {
    return this.#durableOffset;
  }

  get failure(): VigilError | undefined {
    return this.#failure;
  }

  /** Resolves when everything written before the call is on the disk; rejects with LOG_FAILED. Nobody need listen. */
  wait(): Promise<void> {
    const durable = this.join();
    if (this.#failure === undefined) this.#options.flusher.request(this);
    return durable;
  }

  /** The same, but asks for no flush: it comes with the next one that somebody waits for. */
  join(): Promise<void> {
    if (this.#failure) return silent(Promise.reject(this.#failure));
    if (this.#group) return this.#group.promise;
    this.#group = Promise.withResolvers<void>();
    return silent(this.#group.promise);
  }

  async flushWaiting(): Promise<void> {
    const group = this.#group;
    this.#group = undefined;
    const end = this.#options.logEndOffset();
    try {
      if (this.#failure) throw this.#failure;
      await this.#options.sync();
    } catch (error) {
      group?.reject(this.fail(error));
      return;
    }
    if (end > this.#durableOffset) this.#durableOffset = end;
    this.#options.onDurable(end);
    group?.resolve();
  }

  /** Ends the log's writing: those who wait, now and later, are told. */
  fail(error: unknown): VigilError {
    if (this.#failure) return this.#failure;
    const failure = isFault(error, 'LOG_FAILED')
      ? error
      : fault('LOG_FAILED', `${this.#options.name}: writing failed: ${messageOf(error)}`, { cause: error });
    this.#failure = failure;
    this.#group?.reject(failure);
    this.#group = undefined;
    this.#options.onFailure(failure);
    return failure;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Without a listener a rejected promise would end the process. */
function silent(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
