/** Somebody who reads from the network only while there is memory. */
export interface MemoryUser {
  /** Memory is there again, or this user goes first: read on. */
  resume(): void;
  /** Whether a request has begun to arrive and holds memory until it is whole. */
  readonly holdsUnfinished: boolean;
  /** This user went first, its request did not become whole in time, and others wait: let go of the memory. */
  giveUp(): void;
}

/** How long a user may take who goes first. */
const firstMs = 10_000;

/**
 * Memory of requests that have begun to arrive and are not answered, over all connections.
 *
 * While it is used up nobody reads on. Should nothing but unfinished requests hold it, none of them would ever become whole:
 * then one user after the other goes first, and reads until its request is whole.
 */
export class MemoryBudget {
  readonly #limitBytes: number;
  readonly #waiting = new Set<MemoryUser>();
  #requestBytes = 0;
  #unfinishedBytes = 0;
  #first: { user: MemoryUser; timer: NodeJS.Timeout } | undefined;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#requestBytes + this.#unfinishedBytes;
  }

  get isExceeded(): boolean {
    return this.usedBytes >= this.#limitBytes;
  }

  /** Whether this user may read now. */
  allows(user: MemoryUser): boolean {
    return !this.isExceeded || this.#first?.user === user;
  }

  /** A whole request is there, or (negative) has been answered. */
  takeRequest(bytes: number): void {
    this.#requestBytes += bytes;
    if (bytes < 0) this.#proceed();
  }

  /** More of a request has arrived, or (negative) it is whole or gone. */
  takeUnfinished(user: MemoryUser, bytes: number): void {
    this.#unfinishedBytes += bytes;
    if (bytes >= 0) return;
    if (this.#first?.user === user && !user.holdsUnfinished) this.#endFirst();
    this.#proceed();
  }

  /** Tells the user once it may read again. */
  wait(user: MemoryUser): void {
    this.#waiting.add(user);
    this.#proceed();
  }

  forget(user: MemoryUser): void {
    this.#waiting.delete(user);
    if (this.#first?.user === user) this.#endFirst();
    this.#proceed();
  }

  #endFirst(): void {
    clearTimeout(this.#first?.timer);
    this.#first = undefined;
  }

  #proceed(): void {
    if (this.#waiting.size === 0) return;
    if (this.isExceeded) {
      this.#letOneGoFirst();
      return;
    }
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const user of waiting) user.resume();
  }

  #letOneGoFirst(): void {
    if (this.#first !== undefined || this.#requestBytes > 0) return;
    for (const user of this.#waiting) {
      if (!user.holdsUnfinished) continue;
      this.#waiting.delete(user);
      const timer = setTimeout(() => user.giveUp(), firstMs).unref();
      this.#first = { user, timer };
      user.resume();
      return;
    }
  }
}
