/** A frame as order needs it; `payload` is wanted back once its turn has come. */
export interface Arrived<T> {
  session: string;
  /** 0, 1, 2 … inside a session. */
  frame: number;
  /** Wall clock of the capture. */
  capturedAtMs: number;
  payload: T;
}

export type Hasty<T> =
  | { type: 'frame'; payload: T }
  /** Frames are missing before the next one, or another session begins. */
  | { type: 'gap' };

/** How long a missing frame is waited for: an alarm has a second altogether, and what is late already loses nothing by waiting. */
const waitMs = { quick: 250, late: 3000 };
/** From this age on a frame is late. */
const lateAfterMs = 1000;
const mostHeld = 64;

/**
 * Puts frames of one camera in order without waiting long: what several detectors finish in another order comes out in
 * order, and what does not come in time is a gap. Unlike `FrameOrder` it goes by the clock, and a frame that comes after it was given
 * up is left out. Pure: the clock is passed in.
 */
export class HastyOrder<T> {
  #session: string | undefined;
  #next = 0;
  readonly #held = new Map<number, Arrived<T>>();
  /** When the oldest of what is held began to wait. */
  #waitingSinceMs = 0;

  /** @returns what can be looked at now */
  add(arrived: Arrived<T>, nowMs: number): Hasty<T>[] {
    const { session, frame } = arrived;
    const items: Hasty<T>[] = [];
    if (session !== this.#session) {
      items.push(...this.#release(true), { type: 'gap' });
      this.#session = session;
      this.#next = frame;
    }
    if (frame < this.#next) return items;
    if (this.#held.size === 0) this.#waitingSinceMs = nowMs;
    this.#held.set(frame, arrived);
    items.push(...this.#release(this.#held.size > mostHeld));
    if (this.#held.size > 0 && items.length > 0) this.#waitingSinceMs = nowMs;
    return items;
  }

  /** To be called now and then. @returns what has waited for long enough */
  tick(nowMs: number): Hasty<T>[] {
    const [first] = this.#held.values();
    if (!first) return [];
    const patienceMs = nowMs - first.capturedAtMs > lateAfterMs ? waitMs.late : waitMs.quick;
    return nowMs - this.#waitingSinceMs < patienceMs ? [] : this.#release(true);
  }

  /** @param passesOver whether frames that are missing are given up */
  #release(passesOver: boolean): Hasty<T>[] {
    const items: Hasty<T>[] = [];
    while (this.#held.size > 0) {
      const arrived = this.#held.get(this.#next);
      if (arrived) {
        items.push({ type: 'frame', payload: arrived.payload });
        this.#held.delete(this.#next++);
      } else if (passesOver) {
        this.#next = Math.min(...this.#held.keys());
        items.push({ type: 'gap' });
      } else break;
    }
    return items;
  }
}
