import type { GapStatement } from '../topics/gap-statement.ts';

/** Frames that the track stage passed over, by camera, detector and reason. A statement that is read again counts once. */
export class OrderGapBook {
  readonly #statements = new Map<string, GapStatement>();

  add(statement: GapStatement): void {
    const { camera, session, detector, first } = statement;
    this.#statements.set(`${camera}/${session}/${detector}/${first}`, statement);
  }

  *counts(): Generator<{ camera: string; detector: string; reason: string; frames: number }> {
    for (const { camera, detector, reason, first, last } of this.#statements.values())
      yield { camera, detector, reason, frames: last - first + 1 };
  }
}
