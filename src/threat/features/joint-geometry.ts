import type { Joint, JointName } from '../../topics/joints.ts';
import { jointNames } from '../../topics/joints.ts';
import type { TimedJoints } from '../window/smooth-joints.ts';
import { mean } from './statistics.ts';

export const torso: readonly JointName[] = ['left-shoulder', 'right-shoulder', 'left-hip', 'right-hip'];
export const limbs: readonly JointName[] = [
  'left-wrist',
  'right-wrist',
  'left-elbow',
  'right-elbow',
  'left-knee',
  'right-knee',
  'left-ankle',
  'right-ankle',
];
/** Below, a joint is a guess. */
export const sureOfJoint = 0.2;
/** Below, on average over shoulders and hips, the torso is. */
export const sureTorso = 0.2;

const at = Object.fromEntries(jointNames.map((name, index) => [name, index])) as Record<JointName, number>;

export type Point = { x: number; y: number };
export type TimedPoint = Point & { ptsUs: number };

export function jointNamed(joints: readonly Joint[], name: JointName): Joint {
  return joints[at[name]] ?? [0, 0, 0];
}

/** Angle between the torso and the vertical, 0 upright to π head down; the head stands in for hips that nobody sees. */
export function tiltOf(joints: readonly Joint[]): number {
  const shoulders = middle(joints, ['left-shoulder', 'right-shoulder']);
  const hips = middle(joints, ['left-hip', 'right-hip']);
  return Math.abs(Math.atan2(hips.x - shoulders.x, hips.y - shoulders.y));
}

export function torsoScore(joints: readonly Joint[]): number {
  return mean(torso.map((name) => jointNamed(joints, name)[2]));
}

/** Of several joints, each weighed by how sure the model is of it. */
export function middle(joints: readonly Joint[], names: readonly JointName[]): Point {
  let [x, y, weights] = [0, 0, 0];
  for (const name of names) {
    const [jointX, jointY, score] = jointNamed(joints, name);
    const weight = score + 0.01;
    x += weight * jointX;
    y += weight * jointY;
    weights += weight;
  }
  return { x: x / weights, y: y / weights };
}

/** The places of a joint that the model is sure of, against the middle of the torso. */
export function relative(posed: readonly TimedJoints[], name: JointName): TimedPoint[] {
  return posed.flatMap(({ ptsUs, joints }) => {
    const [x, y, score] = jointNamed(joints, name);
    if (score < sureOfJoint) return [];
    const centre = middle(joints, torso);
    return [{ ptsUs, x: x - centre.x, y: y - centre.y }];
  });
}
