/** So often in a row asking is left out. */
const patience = 4;

/**
 * How often to ask how far a detector's group is. While results keep coming most holes fill by themselves, and each
 * question costs the broker about as much as a result: it is then asked at every fifth look only.
 */
export class AskingPace {
  /** Of each detector: the ticket at the last look, and how often asking was left out since. */
  readonly #looked = new Map<string, { ticket: number; leftOut: number }>();

  /** Whether to ask now. @param ticket of the order: it grows with each result that arrives */
  isDue(detector: string, ticket: number): boolean {
    const before = this.#looked.get(detector) ?? { ticket, leftOut: 0 };
    const isDue = before.ticket === ticket || before.leftOut >= patience;
    this.#looked.set(detector, { ticket, leftOut: isDue ? 0 : before.leftOut + 1 });
    return isDue;
  }
}
