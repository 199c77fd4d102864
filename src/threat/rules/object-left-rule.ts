import { overlap } from '../../track/overlap.ts';
import type { SeenMoment, SeenPerson, SeenThing } from '../window/moment.ts';
import { beyond, type MomentRule, ruleLimits, type Suspicion } from './rule.ts';

const { forMs, aloneMs, heights, broughtMs, sameOverlap, forgetMs, seenShare } = ruleLimits['object-left'];

/** A thing that stays where it is. */
interface Resting extends SeenThing {
  id: string;
  sinceUs: number;
  lastUs: number;
  /** When somebody was last near it. */
  nearUs?: number;
  /** Somebody was near when it came: what stood there before the camera did is furniture. */
  isBrought: boolean;
  isTold: boolean;
  /** Moments since it came, and those of them that show it. */
  moments: number;
  sightings: number;
}

/** A bag that somebody brought stays, and nobody is near it any more. Who waits out of the picture has left it just so. */
export class ObjectLeftRule implements MomentRule {
  #resting: Resting[];

  constructor(state: Resting[] = []) {
    this.#resting = structuredClone(state);
  }

  state(): Resting[] {
    return this.#resting;
  }

  see({ frame, ptsUs, people, things = [] }: SeenMoment): Suspicion[] {
    this.#resting = this.#resting.filter(({ lastUs }) => ptsUs >= lastUs && ptsUs - lastUs <= forgetMs * 1000);
    for (const each of this.#resting) each.moments++;
    const free = new Set(this.#resting);
    for (const thing of things) {
      const known = [...free].find(({ label, box }) => label === thing.label && overlap(box, thing.box) >= sameOverlap);
      if (known) {
        free.delete(known);
        Object.assign(known, { lastUs: ptsUs, sightings: known.sightings + 1 });
      } else this.#begin(thing, `${frame}.${thing.label}.${this.#resting.length}`, ptsUs);
    }
    for (const each of this.#resting) attend(each, people, ptsUs);
    return this.#resting.filter((each) => isLeft(each, ptsUs)).map((each) => tell(each, ptsUs));
  }

  #begin({ label, box }: SeenThing, id: string, ptsUs: number): void {
    const times = { sinceUs: ptsUs, lastUs: ptsUs };
    this.#resting.push({ id, label, box, ...times, isBrought: false, isTold: false, moments: 1, sightings: 1 });
  }
}

function attend(thing: Resting, people: readonly SeenPerson[], ptsUs: number): void {
  if (!people.some((person) => isNear(person, thing))) return;
  thing.nearUs = ptsUs;
  if (ptsUs - thing.sinceUs <= broughtMs * 1000) thing.isBrought = true;
}

/** From the person's feet to the thing, against the person's height. */
function isNear({ box }: SeenPerson, { box: thing }: SeenThing): boolean {
  const [x, y] = [box.x + box.width / 2, box.y + box.height];
  const dx = Math.max(thing.x - x, 0, x - thing.x - thing.width);
  const dy = Math.max(thing.y - y, 0, y - thing.y - thing.height);
  return Math.hypot(dx, dy) <= heights * Math.max(box.width, box.height);
}

function isLeft({ isTold, isBrought, sinceUs, nearUs = sinceUs, moments, sightings }: Resting, ptsUs: number): boolean {
  const isLong = ptsUs - sinceUs >= forMs * 1000 && ptsUs - nearUs >= aloneMs * 1000;
  return isBrought && !isTold && isLong && sightings >= seenShare * moments;
}

function tell(thing: Resting, ptsUs: number): Suspicion {
  thing.isTold = true;
  const { id, label, box, sinceUs, nearUs = sinceUs } = thing;
  const [stayedMs, alone] = [(ptsUs - sinceUs) / 1000, (ptsUs - nearUs) / 1000];
  const why = `${label} in one place for ${Math.round(stayedMs / 1000)} s, nobody within a height of it for ${Math.round(alone / 1000)} s; somebody was when it came`;
  return { kind: 'object-left', score: beyond(alone, aloneMs), why, tracks: [], things: [{ track: id, label, box }] };
}
