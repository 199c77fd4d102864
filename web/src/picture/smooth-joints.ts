import type { Joint } from '../../../src/topics/joints.ts';
import type { Box } from '../../../src/topics/result-record.ts';
import { overlap } from './box-overlap.ts';

/** Somebody in one frame. */
export interface Posed {
  box: Box;
  joints?: readonly Joint[];
}

/** From one frame to the next the box of a person overlaps itself by this much at least. */
const leastOverlap = 0.3;
/** After so long a joint has gone most of the way to where it is seen now. */
const followSeconds = 0.09;
/** A longer pause, and everything begins anew. */
const pauseSeconds = 0.6;

/**
 * Smooths joints over the frames of one camera, person by person: each joint follows where it is seen, the more slowly
 * the less sure the model is of it, so that a drawn person does not tremble. Frames come in their order.
 */
export class JointSmoother {
  #known: { box: Box; joints: readonly Joint[] }[] = [];
  #atUs = Number.NEGATIVE_INFINITY;

  /** @returns the smoothed joints of each person; undefined for those of whom none were read */
  smooth(people: readonly Posed[], atUs: number): (readonly Joint[] | undefined)[] {
    const seconds = (atUs - this.#atUs) / 1e6;
    if (seconds < 0 || seconds > pauseSeconds) this.#known = [];
    this.#atUs = atUs;
    const share = 1 - Math.exp(-seconds / followSeconds);
    const left = new Set(this.#known);
    const smoothed = people.map(({ box, joints }) => {
      if (!joints) return undefined;
      const before = mostOverlapping(box, left);
      if (before) left.delete(before);
      return before ? joints.map((joint, index) => follow(before.joints[index] ?? joint, joint, share)) : joints;
    });
    this.#known = people.flatMap(({ box }, index) => {
      const joints = smoothed[index];
      return joints ? [{ box, joints }] : [];
    });
    return smoothed;
  }
}

function mostOverlapping<T extends { box: Box }>(box: Box, known: ReadonlySet<T>): T | undefined {
  let [best, most] = [undefined as T | undefined, leastOverlap];
  for (const each of known) {
    const shared = overlap(each.box, box);
    if (shared >= most) [best, most] = [each, shared];
  }
  return best;
}

function follow([x, y]: Joint, [seenX, seenY, score]: Joint, share: number): Joint {
  const part = share * Math.min(1, 0.3 + score);
  return [x + part * (seenX - x), y + part * (seenY - y), score];
}
