import type { Box } from '../../topics/result-record.ts';
import { overlap } from '../../track/overlap.ts';
import { detourOf } from './detour.ts';
import { centreOf } from './detour-features.ts';
import { type PersonFrame, sizeOf, type TrackedPerson } from './person-features.ts';
import { mean, quantile } from './statistics.ts';

/** What two people do with each other in a window; lengths in sizes of a person. Undefined when they never share a frame. */
export function pairFeatures(
  a: TrackedPerson,
  b: TrackedPerson,
  doingA: Record<string, number>,
  doingB: Record<string, number>,
): Record<string, number> | undefined {
  const size = (sizeOf(a.frames) + sizeOf(b.frames)) / 2;
  const shared = a.frames.flatMap((frame) => {
    const other = b.frames.find(({ ptsUs }) => ptsUs === frame.ptsUs);
    return other ? [[frame, other] as const] : [];
  });
  if (shared.length < 2) return undefined;
  const distances = shared.map(([first, second]) => distance(first.box, second.box) / size);
  const overlaps = shared.map(([first, second]) => overlap(first.box, second.box));
  const moves = distances
    .slice(1)
    .map((each, index) => Math.abs(each - (distances[index] ?? each)) / secondsBetween(shared, index));
  const apart = shared.map(([first, second]) => ({ ptsUs: first.ptsUs, ...between(first.box, second.box) }));
  const closeness = Math.exp(-Math.max(0, quantile(distances, 0.25) - 0.3));
  const both = (name: string) => closeness * ((doingA[name] ?? 0) + (doingB[name] ?? 0));
  const least = (name: string) => closeness * Math.min(doingA[name] ?? 0, doingB[name] ?? 0);
  return {
    bothBusy: least('motionInside90'),
    bothLimbs: least('limbSpeed90'),
    bothTilt: least('tilt90'),
    limbs: both('limbSpeed90'),
    tilt: both('tilt90'),
    motion: both('motionMost'),
    shape: both('shapeChange'),
    detour: closeness * detourOf(apart, size),
    torsoDetour: both('torsoDetour'),
    bothTorsoDetour: least('torsoDetour'),
    bothLimbDetour: least('limbDetour90'),
    bothShapeDetour: least('shapeDetour'),
    near: quantile(distances, 0.1),
    distance: mean(distances),
    overlap: mean(overlaps),
    overlap90: quantile(overlaps, 0.9),
    approach: quantile(moves, 0.8),
    handNear: quantile(
      shared.map(([first, second]) => handDistance(first, second) / size),
      0.1,
    ),
    together: shared.length / Math.max(a.frames.length, b.frames.length),
  };
}

function secondsBetween(shared: readonly (readonly [PersonFrame, PersonFrame])[], index: number): number {
  return Math.max(0.001, ((shared[index + 1]?.[0].ptsUs ?? 0) - (shared[index]?.[0].ptsUs ?? 0)) / 1e6);
}

/** Between the middles of two boxes; what is above one another in the picture is apart in depth. */
function distance(a: Box, b: Box): number {
  const { x, y } = between(a, b);
  return Math.hypot(x, y);
}

function between(a: Box, b: Box): { x: number; y: number } {
  const [from, to] = [centreOf(a), centreOf(b)];
  return { x: to.x - from.x, y: to.y - from.y };
}

const [leftWrist, rightWrist, nose, leftShoulder, rightShoulder] = [9, 10, 0, 5, 6];

/** The least distance from a hand of one to head or shoulders of the other, pixels; of the boxes where joints are missing. */
function handDistance(a: PersonFrame, b: PersonFrame): number {
  const one = (from: PersonFrame, to: PersonFrame) =>
    [leftWrist, rightWrist].flatMap((hand) =>
      [nose, leftShoulder, rightShoulder].flatMap((target) => {
        const [first, second] = [from.joints?.[hand], to.joints?.[target]];
        return first && second ? [Math.hypot(first[0] - second[0], first[1] - second[1])] : [];
      }),
    );
  const found = [...one(a, b), ...one(b, a)];
  return found.length > 0 ? Math.min(...found) : distance(a.box, b.box);
}
