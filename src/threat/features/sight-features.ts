import type { SeenMoment, SeenPerson } from '../window/moment.ts';
import { mean, quantile } from './statistics.ts';

/**
 * How well the people of a window are seen. No weight rests on it: the classifier says nothing of windows in which they are
 * seen worse than in what it has learnt from (`limits` of the model).
 */
export const sightNames = ['sight.nearest', 'sight.whole'] as const;

/** Shares of the picture's length: a box that comes so near to its edge is cut off by it. */
const edge = 0.01;

/**
 * - `sight.nearest`: how high the nearest tenth of people are, as a share of the picture's width
 * - `sight.whole`: in which share of the frames with people somebody is seen whole
 *
 * Both are 1 where nobody is seen: motion alone is judged then.
 */
export function sightFeatures(moments: readonly SeenMoment[]): Record<(typeof sightNames)[number], number> {
  const withPeople = moments.filter(({ people }) => people.length > 0);
  if (withPeople.length === 0) return { 'sight.nearest': 1, 'sight.whole': 1 };
  const heights = withPeople.flatMap(({ people, width }) =>
    people.map(({ box }) => (1.5 * Math.sqrt(box.width * box.height)) / width),
  );
  const whole = withPeople.map((moment) => (moment.people.some((person) => isWhole(person, moment)) ? 1 : 0));
  return { 'sight.nearest': quantile(heights, 0.9), 'sight.whole': mean(whole) };
}

function isWhole({ box }: SeenPerson, { width, height }: SeenMoment): boolean {
  const isInside = (from: number, length: number, whole: number) =>
    from > edge * whole && from + length < (1 - edge) * whole;
  return isInside(box.x, box.width, width) && isInside(box.y, box.height, height);
}
