import type { ModelServerStatement } from '../topics/model-server-statement.ts';

/** A process that says no more has gone: while a breaker is not closed one statement follows another within a minute. */
const silentAfterMs = 120_000;

/** Which detectors have lost the server of their model. */
export class ModelServerBook {
  readonly #newest = new Map<string, ModelServerStatement>();

  add(statement: ModelServerStatement): void {
    const key = `${statement.detector}/${statement.instance}`;
    const known = this.#newest.get(key);
    if (!known || known.statedAtUs <= statement.statedAtUs) this.#newest.set(key, statement);
  }

  /** How many processes of each detector wait for their model's server; 0 for those that do not. */
  waiting(nowMs: number): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { detector, breaker, statedAtUs } of this.#newest.values()) {
      const isWaiting = breaker !== 'closed' && nowMs - statedAtUs / 1000 < silentAfterMs;
      counts.set(detector, (counts.get(detector) ?? 0) + Number(isWaiting));
    }
    return counts;
  }
}
