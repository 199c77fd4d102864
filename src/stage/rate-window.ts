/** Counts happenings per second over the last few whole seconds. */
export class RateWindow {
  readonly #seconds: number;
  readonly #counts = new Map<number, number>();
  #firstMs: number | undefined;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  add(atMs: number): void {
    this.#firstMs ??= atMs;
    const second = Math.floor(atMs / 1000);
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1);
    if (this.#counts.size > this.#seconds + 2) this.#forget(second);
  }

  /** Happenings per second over the window that ends with the last whole second before `nowMs`. */
  perSecond(nowMs: number): number {
    if (this.#firstMs === undefined) return 0;
    const current = Math.floor(nowMs / 1000);
    const first = Math.max(current - this.#seconds, Math.ceil(this.#firstMs / 1000));
    if (first >= current) return 0;
    let sum = 0;
    for (let second = first; second < current; second++) sum += this.#counts.get(second) ?? 0;
    return sum / (current - first);
  }

  #forget(current: number): void {
    for (const second of this.#counts.keys()) {
      if (second < current - this.#seconds) this.#counts.delete(second);
    }
  }
}
