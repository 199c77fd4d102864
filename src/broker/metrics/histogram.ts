/** Upper bounds in seconds: from what memory takes to what a client gives up on. */
export const latencyBoundsSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts durations by size, without keeping them. */
export class Histogram {
  readonly #counts = new Array<number>(latencyBoundsSeconds.length + 1).fill(0);
  #sumSeconds = 0;
  #count = 0;

  observe(seconds: number): void {
    let bucket = 0;
    while (seconds > (latencyBoundsSeconds[bucket] ?? Infinity)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumSeconds += seconds;
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  /** Prometheus's lines: cumulative buckets, sum and count. @param labels those of all lines, as `api="Fetch"`; may be empty */
  lines(name: string, labels: string): string[] {
    const separator = labels === '' ? '' : ',';
    const braces = labels === '' ? '' : `{${labels}}`;
    let cumulative = 0;
    const buckets = this.#counts.map((count, i) => {
      cumulative += count;
      return `${name}_bucket{${labels}${separator}le="${latencyBoundsSeconds[i] ?? '+Inf'}"} ${cumulative}`;
    });
    return [...buckets, `${name}_sum${braces} ${this.#sumSeconds}`, `${name}_count${braces} ${this.#count}`];
  }
}
