import type { SeenMoment } from '../window/moment.ts';
import { PersonHistory, type PersonRuleState, type PersonSighting, Quiet } from './person-history.ts';
import { beyond, type MomentRule, quietMs, ruleLimits, type Suspicion } from './rule.ts';

const { heightsPerSecond, overMs } = ruleLimits.running;
/** A box that flickers jumps about its place; somebody who runs gets away from it. */
const leastStraightness = 0.8;

/** Somebody moves by more heights a second than people walk. Along the line of sight a runner hardly moves in the picture. */
export class RunningRule implements MomentRule {
  readonly #history: PersonHistory;
  readonly #quiet: Quiet;

  constructor(state?: PersonRuleState) {
    this.#history = new PersonHistory(overMs, state?.people);
    this.#quiet = new Quiet(quietMs, state?.said);
  }

  state(): PersonRuleState {
    return { people: this.#history.state(), said: this.#quiet.state() };
  }

  see(moment: SeenMoment): Suspicion[] {
    return this.#history.see(moment).flatMap(({ track, sightings }) => {
      const speed = speedOf(sightings);
      if (speed < heightsPerSecond || !this.#quiet.mayTell(track, moment.ptsUs)) return [];
      const why = `${speed.toFixed(1)} heights a second over ${overMs} ms, from ${heightsPerSecond} on`;
      return [{ kind: 'running', score: beyond(speed, heightsPerSecond), why, tracks: [track] }];
    });
  }
}

function speedOf(sightings: readonly PersonSighting[]): number {
  const [first, last] = [sightings[0], sightings.at(-1)];
  if (!first || !last || sightings.length < 4) return 0;
  const seconds = (last.ptsUs - first.ptsUs) / 1e6;
  if (seconds < (overMs * 0.75) / 1000) return 0;
  const heights = sightings.map(({ height }) => height).sort((a, b) => a - b);
  const way = Math.hypot(last.x - first.x, last.y - first.y);
  const steps = sightings.slice(1).map((each, index) => {
    const before = sightings[index] ?? each;
    return Math.hypot(each.x - before.x, each.y - before.y);
  });
  const walked = steps.reduce((sum, step) => sum + step, 0);
  if (way < leastStraightness * walked) return 0;
  return way / (heights[heights.length >> 1] ?? 1) / seconds;
}
