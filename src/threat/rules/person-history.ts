import { tiltOf, torsoScore } from '../features/joint-geometry.ts';
import type { SeenMoment, SeenPerson } from '../window/moment.ts';

/** What is remembered of a person in a frame. */
export interface PersonSighting {
  ptsUs: number;
  /** Middle of the box's lower edge, frame pixels. */
  x: number;
  y: number;
  /** Of the person, frame pixels; a box's longer side. */
  height: number;
  /** Radians from the vertical; left out where the torso is not sure. */
  tilt?: number;
}

const sureOfTilt = 0.3;
/** Somebody who was not seen for so long is forgotten. */
const forgetMs = 3000;

/** JSON, to go on with after a restart; by track. */
export type PersonHistoryState = Record<string, PersonSighting[]>;

/** The last sightings of each person of one camera. */
export class PersonHistory {
  readonly #keptMs: number;
  readonly #people: Map<string, PersonSighting[]>;

  constructor(keptMs: number, state: PersonHistoryState = {}) {
    this.#keptMs = keptMs;
    this.#people = new Map(Object.entries(structuredClone(state)));
  }

  state(): PersonHistoryState {
    return Object.fromEntries(this.#people);
  }

  /** @returns the people of this moment with all that is remembered of them, oldest first */
  see({ ptsUs, people }: SeenMoment): { track: string; sightings: readonly PersonSighting[] }[] {
    for (const [track, sightings] of this.#people) {
      const lastUs = sightings.at(-1)?.ptsUs ?? 0;
      if (ptsUs - lastUs > forgetMs * 1000 || ptsUs < lastUs) this.#people.delete(track);
    }
    return people.map((person) => {
      const sightings = this.#people.get(person.track) ?? [];
      sightings.push(sightingOf(person, ptsUs));
      while (ptsUs - (sightings[0]?.ptsUs ?? ptsUs) > this.#keptMs * 1000) sightings.shift();
      this.#people.set(person.track, sightings);
      return { track: person.track, sightings };
    });
  }
}

function sightingOf({ box, joints }: SeenPerson, ptsUs: number): PersonSighting {
  const isSure = joints !== undefined && torsoScore(joints) >= sureOfTilt;
  return {
    ptsUs,
    x: box.x + box.width / 2,
    y: box.y + box.height,
    height: Math.max(box.width, box.height),
    ...(isSure ? { tilt: tiltOf(joints) } : {}),
  };
}

/** Of a rule that looks at each person's last moments. */
export interface PersonRuleState {
  people: PersonHistoryState;
  said: Record<string, number>;
}

/** Says a thing of a person once in a while. */
export class Quiet {
  readonly #said: Map<string, number>;
  readonly #quietMs: number;

  constructor(quietMs: number, state: Record<string, number> = {}) {
    this.#quietMs = quietMs;
    this.#said = new Map(Object.entries(state));
  }

  /** JSON, to go on with after a restart: when what was said, by track. */
  state(): Record<string, number> {
    return Object.fromEntries(this.#said);
  }

  /** Whether it may be said now; then it was. */
  mayTell(track: string, ptsUs: number): boolean {
    for (const [each, atUs] of this.#said) if (Math.abs(ptsUs - atUs) > this.#quietMs * 1000) this.#said.delete(each);
    if (this.#said.has(track)) return false;
    this.#said.set(track, ptsUs);
    return true;
  }
}
