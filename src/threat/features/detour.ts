import type { TimedPoint } from './joint-geometry.ts';

/** Two places show a step, three whether it led anywhere. */
const leastPoints = 3;
const leastSeconds = 0.2;

/**
 * How much of a way leads nowhere: its length less the straight line between its ends, in sizes a second. Who walks past gets
 * somewhere; who struggles goes to and fro. (In studies of movement the ratio of the two is the straightness index, Batschelet 1981.)
 *
 * @param size what counts as 1, in the unit of the points
 */
export function detourOf(points: readonly TimedPoint[], size: number): number {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < leastPoints) return 0;
  let length = 0;
  for (let i = 1; i < points.length; i++) length += gap(points[i - 1] as TimedPoint, points[i] as TimedPoint);
  const seconds = Math.max(leastSeconds, (last.ptsUs - first.ptsUs) / 1e6);
  return (length - gap(first, last)) / size / seconds;
}

function gap(a: TimedPoint, b: TimedPoint): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}
