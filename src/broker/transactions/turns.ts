/** Runs the steps taken under one name one after the other, those of different names side by side. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** @returns what the step returns, which begins when all earlier ones under this name are over */
  take<T>(name: string, step: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(step);
    const over = turn.then(
      () => {},
      () => {},
    );
    this.#last.set(name, over);
    void over.then(() => {
      if (this.#last.get(name) === over) this.#last.delete(name);
    });
    return turn;
  }
}
