const capacity = 1024;

/** The newest 1,024 latencies, and quantiles over them. */
export class LatencyWindow {
  readonly #values = new Float64Array(capacity);
  #count = 0;

  add(latencyMs: number): void {
    this.#values[this.#count++ % capacity] = latencyMs;
  }

  /** @returns null before the first value */
  quantiles(): { p50: number; p99: number } | null {
    if (this.#count === 0) return null;
    const sorted = this.#values.slice(0, Math.min(this.#count, capacity)).sort();
    const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
    return { p50: at(0.5), p99: at(0.99) };
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
