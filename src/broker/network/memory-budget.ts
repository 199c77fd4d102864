import type { MemoryUser } from './memory-user.ts';
import { StallWatch } from './stall-watch.ts';

/** How long a user may take who goes first. */
const firstMs = 10_000;
/** The part of the memory that is left to those who hold little: heartbeats, commits, small records. */
const reservedShare = 1 / 4;
/** Who holds more than this, or than a 64th of all memory, holds much. */
const littleBytes = 1024 * 1024;
/** So many begin to read in one turn: each of them takes a chunk of its socket before it can be held back again. */
const resumedAtOnce = 64;

/**
 * Memory of requests that have begun to arrive and are not answered, over all connections.
 *
 * Those who hold much stop reading while three quarters of it are used, those who hold little only when all of it is: huge
 * requests that nobody finishes do not hold up small ones. While somebody waits, users whose memory does not move lose it; see
 * `StallWatch`. Should nothing but unfinished requests hold it, none of them would ever become whole: then one user after the
 * other goes first, and reads until its request is whole.
 */
export class MemoryBudget {
  readonly #limitBytes: number;
  readonly #sharedBytes: number;
  readonly #littleBytes: number;
  readonly #waitingLittle = new Set<MemoryUser>();
  readonly #waitingMuch = new Set<MemoryUser>();
  readonly #watch: StallWatch;
  #requestBytes = 0;
  #unfinishedBytes = 0;
  #first: { user: MemoryUser; timer: NodeJS.Timeout } | undefined;
  #isContinued = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.#sharedBytes = limitBytes * (1 - reservedShare);
    this.#littleBytes = Math.min(littleBytes, limitBytes / 64);
    this.#watch = new StallWatch({
      isShort: () => (this.#isAnybodyWaiting || this.#first !== undefined) && this.usedBytes >= this.#sharedBytes,
      hasRoom: () => this.usedBytes < this.#sharedBytes / 2,
      isHeldBack: (user) => this.#waitingLittle.has(user) || this.#waitingMuch.has(user),
    });
  }

  get usedBytes(): number {
    return this.#requestBytes + this.#unfinishedBytes;
  }

  get #isAnybodyWaiting(): boolean {
    return this.#waitingLittle.size > 0 || this.#waitingMuch.size > 0;
  }

  /** Whether this user may read now. */
  allows(user: MemoryUser): boolean {
    return this.#first?.user === user || this.usedBytes < this.#limitFor(user);
  }

  #limitFor(user: MemoryUser): number {
    return user.heldBytes > this.#littleBytes ? this.#sharedBytes : this.#limitBytes;
  }

  /** A whole request is there, or (negative) has been answered. The user's own counts have changed already. */
  takeRequest(user: MemoryUser, bytes: number): void {
    this.#requestBytes += bytes;
    this.#watch.note(user, user.heldBytes > this.#littleBytes);
    if (bytes < 0) this.#proceed();
  }

  /** More of a request has arrived, or (negative) it is whole or gone. The user's own counts have changed already. */
  takeUnfinished(user: MemoryUser, bytes: number): void {
    this.#unfinishedBytes += bytes;
    this.#watch.note(user, user.heldBytes > this.#littleBytes);
    if (bytes >= 0) return;
    if (this.#first?.user === user && user.unfinishedBytes === 0) this.#endFirst();
    this.#proceed();
  }

  /** Tells the user once it may read again. */
  wait(user: MemoryUser): void {
    const holdsMuch = user.heldBytes > this.#littleBytes;
    (holdsMuch ? this.#waitingMuch : this.#waitingLittle).add(user);
    this.#watch.start();
    this.#proceed();
  }

  forget(user: MemoryUser): void {
    this.#waitingLittle.delete(user);
    this.#waitingMuch.delete(user);
    this.#watch.note(user, false);
    if (this.#first?.user === user) this.#endFirst();
    this.#proceed();
  }

  #endFirst(): void {
    clearTimeout(this.#first?.timer);
    this.#first = undefined;
  }

  #proceed(): void {
    if (!this.#isAnybodyWaiting) return;
    if (this.usedBytes < this.#limitBytes) this.#resumeSome(this.#waitingLittle);
    if (this.usedBytes < this.#sharedBytes) this.#resumeSome(this.#waitingMuch);
    else this.#letOneGoFirst();
  }

  #resumeSome(waiting: Set<MemoryUser>): void {
    let left = resumedAtOnce;
    for (const user of [...waiting]) {
      if (left-- === 0) break;
      waiting.delete(user);
      user.resume();
    }
    if (left < 0) this.#continueLater();
  }

  /** When those who were resumed have taken their chunks. */
  #continueLater(): void {
    if (this.#isContinued) return;
    this.#isContinued = true;
    setImmediate(() => {
      this.#isContinued = false;
      this.#proceed();
    });
  }

  /** Only when no answer can make room for any of them. */
  #letOneGoFirst(): void {
    if (this.#first !== undefined || this.#unfinishedBytes < this.#sharedBytes) return;
    for (const user of [...this.#waitingMuch, ...this.#waitingLittle]) {
      if (user.unfinishedBytes === 0) continue;
      this.#waitingMuch.delete(user);
      this.#waitingLittle.delete(user);
      const timer = setTimeout(() => user.giveUp(), firstMs).unref();
      this.#first = { user, timer };
      user.resume();
      return;
    }
  }
}
