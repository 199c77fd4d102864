import type { MemoryUser } from './memory-user.ts';

/** How long memory may stay as it is while others wait for it. */
const stallMs = 1000;
/** In that time at least so many bytes have to move: a byte now and then is no progress. */
const leastMovedBytes = 64 * 1024;

interface StallWatchOptions {
  /** Whether somebody waits for memory. */
  isShort(): boolean;
  /** Whether there is enough again for those who wait. */
  hasRoom(): boolean;
  /** Whether this user does: that nothing more of its request arrives is then not its fault. */
  isHeldBack(user: MemoryUser): boolean;
}

/**
 * While memory is short, takes it from those whose clients do nothing: half a request is there and nothing more comes, or
 * requests wait behind answers that nobody reads. Those who hold most lose it first, and only until there is room for others.
 *
 * A request that waits for the disk is not its client's fault, and stays.
 */
export class StallWatch {
  readonly #options: StallWatchOptions;
  /** Who holds much, with the bytes that had moved when it was last looked at. */
  readonly #movedBytes = new Map<MemoryUser, number | undefined>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StallWatchOptions) {
    this.#options = options;
  }

  /** A user begins or ceases to hold much. */
  note(user: MemoryUser, holdsMuch: boolean): void {
    if (!holdsMuch) this.#movedBytes.delete(user);
    else if (!this.#movedBytes.has(user)) this.#movedBytes.set(user, undefined);
  }

  /** Memory is short: looks at all now and again after a while, until it is no longer. */
  start(): void {
    if (this.#timer !== undefined || !this.#options.isShort()) return;
    this.#lookAtAll();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#takeFromStalled();
      this.start();
    }, stallMs).unref();
  }

  #lookAtAll(): void {
    for (const user of this.#movedBytes.keys()) this.#movedBytes.set(user, user.movedBytes);
  }

  #takeFromStalled(): void {
    const stalled = [...this.#movedBytes].filter(([user, before]) => this.#isStalled(user, before));
    for (const [user] of stalled.sort(([a], [b]) => b.heldBytes - a.heldBytes)) {
      if (this.#options.hasRoom()) return;
      user.giveUp();
    }
  }

  #isStalled(user: MemoryUser, before: number | undefined): boolean {
    if (before === undefined || user.movedBytes - before >= leastMovedBytes) return false;
    return user.waitsForClient || (user.unfinishedBytes > 0 && !this.#options.isHeldBack(user));
  }
}
