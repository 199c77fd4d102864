import type { SeenMoment } from '../window/moment.ts';
import { beyond, type MomentRule, quietMs, ruleLimits, type Suspicion } from './rule.ts';

const { heights, forMs } = ruleLimits.loitering;
const forgetMs = 3000;

interface Stay {
  x: number;
  y: number;
  sinceUs: number;
  lastUs: number;
  toldUs?: number;
}

/** Somebody stays about where they were. Who waits for a bus does so too: a zone and a schedule tell which is meant. */
export class LoiteringRule implements MomentRule {
  readonly #stays: Map<string, Stay>;

  constructor(state: Record<string, Stay> = {}) {
    this.#stays = new Map(Object.entries(structuredClone(state)));
  }

  state(): Record<string, Stay> {
    return Object.fromEntries(this.#stays);
  }

  see({ ptsUs, people }: SeenMoment): Suspicion[] {
    for (const [track, { lastUs }] of this.#stays) {
      if (ptsUs - lastUs > forgetMs * 1000 || ptsUs < lastUs) this.#stays.delete(track);
    }
    return people.flatMap(({ track, box }) => {
      const place = { x: box.x + box.width / 2, y: box.y + box.height };
      const stay = this.#stays.get(track);
      const reach = heights * Math.max(box.width, box.height);
      if (!stay || Math.hypot(place.x - stay.x, place.y - stay.y) > reach) {
        this.#stays.set(track, { ...place, sinceUs: ptsUs, lastUs: ptsUs });
        return [];
      }
      stay.lastUs = ptsUs;
      const stayedMs = (ptsUs - stay.sinceUs) / 1000;
      if (stayedMs < forMs || ptsUs - (stay.toldUs ?? Number.NEGATIVE_INFINITY) < Math.max(forMs, quietMs) * 1000)
        return [];
      stay.toldUs = ptsUs;
      const why = `within ${heights} heights of one place for ${Math.round(stayedMs / 1000)} s`;
      return [{ kind: 'loitering', score: beyond(stayedMs, forMs), why, tracks: [track] }];
    });
  }
}
