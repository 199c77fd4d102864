/** Somebody who reads from the network only while there is memory. */
export interface MemoryUser {
  /** Memory is there again, or this user goes first: read on. */
  resume(): void;
  /** Bytes of the request that has begun to arrive and is not whole. */
  readonly unfinishedBytes: number;
  /** Bytes of all its requests: the unfinished one and those that are not answered. */
  readonly heldBytes: number;
  /** Grows with every byte that arrives and every request that is answered. */
  readonly movedBytes: number;
  /** Whether requests wait until its client reads answers, or until an earlier request of its own has waited long enough. */
  readonly waitsForClient: boolean;
  /** Others wait for the memory, and nothing of what this user holds moves: let go of it. */
  giveUp(): void;
}
