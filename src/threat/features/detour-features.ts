import type { JointName } from '../../topics/joints.ts';
import type { Box } from '../../topics/result-record.ts';
import type { TimedJoints } from '../window/smooth-joints.ts';
import { detourOf } from './detour.ts';
import { jointNamed, limbs, middle, relative, sureOfJoint, type TimedPoint, torso } from './joint-geometry.ts';
import { mean, quantile } from './statistics.ts';

const head: readonly JointName[] = ['nose', 'left-ear', 'right-ear'];

/** What of a person goes to and fro in a window: the box, its upper edge, its shape, torso, head and limbs (see `detourOf`). */
export function detourFeatures(
  frames: readonly { ptsUs: number; box: Box }[],
  posed: readonly TimedJoints[],
  size: number,
): Record<string, number> {
  const along = (place: (box: Box) => { x: number; y: number }) =>
    frames.map(({ ptsUs, box }) => ({ ptsUs, ...place(box) }));
  const limbDetours = limbs.map((name) => detourOf(relative(posed, name), size));
  return {
    boxDetour: detourOf(along(centreOf), size),
    topDetour: detourOf(
      along(({ x, y, width }) => ({ x: x + width / 2, y })),
      size,
    ),
    shapeDetour: detourOf(
      along(({ width, height }) => ({ x: Math.log(width), y: Math.log(height) })),
      1,
    ),
    torsoDetour: detourOf(middles(posed, torso), size),
    headDetour: detourOf(middles(posed, head), size),
    limbDetour: mean(limbDetours),
    limbDetour90: quantile(limbDetours, 0.9),
  };
}

export function centreOf({ x, y, width, height }: Box): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}

function middles(posed: readonly TimedJoints[], names: readonly JointName[]): TimedPoint[] {
  const isSure = ({ joints }: TimedJoints) => mean(names.map((name) => jointNamed(joints, name)[2])) >= sureOfJoint;
  return posed.filter(isSure).map(({ ptsUs, joints }) => ({ ptsUs, ...middle(joints, names) }));
}
