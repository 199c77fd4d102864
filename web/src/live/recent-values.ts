/** Series over time, in columns: seconds since 1970, then the values. */
export type Columns = (number | null)[][];

export const historySeconds = 120;

/** The last two minutes of some values, as this page saw them. */
export class RecentValues<Name extends string> {
  readonly #atSeconds: number[] = [];
  readonly #values = new Map<Name, (number | null)[]>();

  /** @param values the same names every time */
  add(values: Readonly<Record<Name, number | null>>, atMs: number): void {
    const atSeconds = atMs / 1000;
    // A snapshot heard again after a reconnect, or a server whose clock was set back.
    if (atSeconds <= (this.#atSeconds.at(-1) ?? 0)) return;
    this.#atSeconds.push(atSeconds);
    for (const name in values) this.#column(name).push(values[name]);
    const stale = this.#atSeconds.findIndex((each) => each >= atSeconds - historySeconds);
    for (const column of [this.#atSeconds, ...this.#values.values()]) column.splice(0, stale);
  }

  columns(...names: Name[]): Columns {
    return [this.#atSeconds, ...names.map((name) => this.#column(name))];
  }

  #column(name: Name): (number | null)[] {
    const column = this.#values.get(name) ?? [];
    this.#values.set(name, column);
    return column;
  }
}
