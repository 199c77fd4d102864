import type { Clock } from '../base/clock.ts';

/** Something that is to happen at a time; `cancel` may be called any number of times. */
export interface Deadline {
  cancel(): void;
}

interface Entry {
  atMs: number;
  callback: (() => void) | undefined;
}

/**
 * Many deadlines behind one timer: a heap ordered by time. Cancelling is free (the entry is emptied and dropped when its time
 * comes), so that a fetch that is answered early costs no timer at all.
 */
export class DeadlineQueue {
  readonly #clock: Clock;
  readonly #heap: Entry[] = [];
  #cancelled = 0;
  #armedForMs = Infinity;
  #disarm: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#heap.length - this.#cancelled;
  }

  after(delayMs: number, callback: () => void): Deadline {
    return this.at(this.#clock.monotonicMs() + delayMs, callback);
  }

  /** @param atMs monotonic time; a time in the past is due at once (never before this call returns) */
  at(atMs: number, callback: () => void): Deadline {
    const entry: Entry = { atMs, callback };
    this.#heap.push(entry);
    this.#siftUp(this.#heap.length - 1);
    if (atMs < this.#armedForMs) this.#arm(atMs);
    return { cancel: () => this.#cancel(entry) };
  }

  /** Forgets everything. */
  close(): void {
    this.#disarm();
    this.#heap.length = 0;
    this.#cancelled = 0;
    this.#armedForMs = Infinity;
  }

  #cancel(entry: Entry): void {
    if (entry.callback === undefined) return;
    entry.callback = undefined;
    this.#cancelled++;
    if (this.#cancelled > 64 && this.#cancelled > this.#heap.length / 2) this.#dropCancelled();
  }

  #dropCancelled(): void {
    const live = this.#heap.filter((entry) => entry.callback !== undefined).sort((a, b) => a.atMs - b.atMs);
    this.#heap.splice(0, this.#heap.length, ...live);
    this.#cancelled = 0;
  }

  #arm(atMs: number): void {
    this.#disarm();
    this.#armedForMs = atMs;
    const delayMs = Math.min(Math.max(0, Math.ceil(atMs - this.#clock.monotonicMs())), 0x7fffffff);
    this.#disarm = this.#clock.after(delayMs, () => this.#fire());
  }

  #fire(): void {
    this.#armedForMs = Infinity;
    const nowMs = this.#clock.monotonicMs();
    for (let first = this.#heap[0]; first !== undefined && first.atMs <= nowMs; first = this.#heap[0]) {
      this.#removeFirst();
      if (first.callback === undefined) this.#cancelled--;
      const { callback } = first;
      first.callback = undefined;
      callback?.();
    }
    const next = this.#heap[0];
    if (next !== undefined && next.atMs < this.#armedForMs) this.#arm(next.atMs);
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#siftDown(0);
  }

  #siftUp(index: number): void {
    const parent = (index - 1) >> 1;
    if (index === 0 || !this.#isBefore(index, parent)) return;
    this.#swap(index, parent);
    this.#siftUp(parent);
  }

  #siftDown(index: number): void {
    const left = 2 * index + 1;
    let least = this.#isBefore(left, index) ? left : index;
    if (this.#isBefore(left + 1, least)) least = left + 1;
    if (least === index) return;
    this.#swap(index, least);
    this.#siftDown(least);
  }

  #isBefore(a: number, b: number): boolean {
    return (this.#heap[a]?.atMs ?? Infinity) < (this.#heap[b]?.atMs ?? Infinity);
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
