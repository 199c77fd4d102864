import type { SeenMoment } from '../window/moment.ts';
import { PersonHistory, type PersonRuleState, type PersonSighting, Quiet } from './person-history.ts';
import { beyond, type MomentRule, quietMs, ruleLimits, type Suspicion } from './rule.ts';

const { upright, lying, upMs, downMs, withinMs } = ruleLimits.fall;

/** Somebody whose torso was upright lies, and stays down. Lying down on purpose looks the same. */
export class FallRule implements MomentRule {
  readonly #history: PersonHistory;
  readonly #quiet: Quiet;

  constructor(state?: PersonRuleState) {
    this.#history = new PersonHistory(withinMs, state?.people);
    this.#quiet = new Quiet(quietMs, state?.said);
  }

  state(): PersonRuleState {
    return { people: this.#history.state(), said: this.#quiet.state() };
  }

  see(moment: SeenMoment): Suspicion[] {
    return this.#history.see(moment).flatMap(({ track, sightings }) => {
      const tilt = tiltAfterFall(sightings);
      if (tilt === undefined || !this.#quiet.mayTell(track, moment.ptsUs)) return [];
      const degrees = Math.round((tilt * 180) / Math.PI);
      const why = `upright before, ${degrees}° from the vertical for ${downMs} ms`;
      return [{ kind: 'fall', score: beyond(tilt, lying), why, tracks: [track] }];
    });
  }
}

/** The mean tilt while down; undefined when it is no fall. */
function tiltAfterFall(sightings: readonly PersonSighting[]): number | undefined {
  const sure = sightings.filter(({ tilt }) => tilt !== undefined);
  const lastUs = sightings.at(-1)?.ptsUs ?? 0;
  const down = sure.filter(({ ptsUs }) => lastUs - ptsUs <= downMs * 1000);
  const before = sure.filter(({ ptsUs }) => lastUs - ptsUs > downMs * 1000);
  const up = before.filter(({ tilt }) => (tilt ?? 0) <= upright);
  const upForUs = (up.at(-1)?.ptsUs ?? 0) - (up[0]?.ptsUs ?? 0);
  // Half of the frames at a low rate of frames: one wild pose is no fall.
  if (down.length < 3 || upForUs < upMs * 1000) return undefined;
  if (lastUs - (down[0]?.ptsUs ?? lastUs) < (downMs / 2) * 1000) return undefined;
  if (down.some(({ tilt }) => (tilt ?? 0) < lying)) return undefined;
  return down.reduce((sum, { tilt }) => sum + (tilt ?? 0), 0) / down.length;
}
