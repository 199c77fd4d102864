import type { SeenMoment, SeenPerson } from '../window/moment.ts';
import { beyond, type MomentRule, quietMs, ruleLimits, type Suspicion } from './rule.ts';

const { people: most, heights, forMs } = ruleLimits.crowding;
/** The detector loses one of many for a moment. */
const graceMs = 1000;

/** Many people stand close to one another, and stay so. */
export class CrowdingRule implements MomentRule {
  #sinceUs: number | undefined;
  #lastUs = 0;
  #toldUs = Number.NEGATIVE_INFINITY;

  see({ ptsUs, people }: SeenMoment): Suspicion[] {
    const close = people.filter((person) => people.some((other) => other !== person && isClose(person, other)));
    if (ptsUs < this.#lastUs || (close.length < most && ptsUs - this.#lastUs > graceMs * 1000))
      this.#sinceUs = undefined;
    if (close.length < most) return [];
    this.#lastUs = ptsUs;
    this.#sinceUs ??= ptsUs;
    if (ptsUs - this.#sinceUs < forMs * 1000 || Math.abs(ptsUs - this.#toldUs) < quietMs * 1000) return [];
    this.#toldUs = ptsUs;
    const why = `${close.length} people within a height of one another for ${forMs / 1000} s`;
    return [{ kind: 'crowding', score: beyond(close.length, most), why, tracks: close.map(({ track }) => track) }];
  }
}

function isClose({ box: a }: SeenPerson, { box: b }: SeenPerson): boolean {
  const height = (Math.max(a.width, a.height) + Math.max(b.width, b.height)) / 2;
  return Math.hypot(a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height - b.y - b.height) < heights * height;
}
