import type { SeenMoment, SeenPerson } from '../window/moment.ts';
import { beyond, type MomentRule, quietMs, ruleLimits, type Suspicion } from './rule.ts';

const { people: most, heights, forMs } = ruleLimits.crowding;
/** The detector loses one of many for a moment. */
const graceMs = 1000;

interface CrowdingState {
  sinceUs?: number;
  lastUs: number;
  toldUs?: number;
}

/** Many people stand close to one another, and stay so. */
export class CrowdingRule implements MomentRule {
  #state: CrowdingState;

  constructor(state: CrowdingState = { lastUs: 0 }) {
    this.#state = { ...state };
  }

  state(): CrowdingState {
    return { ...this.#state };
  }

  see({ ptsUs, people }: SeenMoment): Suspicion[] {
    const close = people.filter((person) => people.some((other) => other !== person && isClose(person, other)));
    const state = this.#state;
    const isOver = ptsUs < state.lastUs || (close.length < most && ptsUs - state.lastUs > graceMs * 1000);
    if (isOver) delete state.sinceUs;
    if (close.length < most) return [];
    state.lastUs = ptsUs;
    state.sinceUs ??= ptsUs;
    const isSaid = state.toldUs !== undefined && Math.abs(ptsUs - state.toldUs) < quietMs * 1000;
    if (isSaid || ptsUs - state.sinceUs < forMs * 1000) return [];
    state.toldUs = ptsUs;
    const why = `${close.length} people within a height of one another for ${forMs / 1000} s`;
    return [{ kind: 'crowding', score: beyond(close.length, most), why, tracks: close.map(({ track }) => track) }];
  }
}

function isClose({ box: a }: SeenPerson, { box: b }: SeenPerson): boolean {
  const height = (Math.max(a.width, a.height) + Math.max(b.width, b.height)) / 2;
  return Math.hypot(a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height - b.y - b.height) < heights * height;
}
