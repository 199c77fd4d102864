import type { Joint, JointName } from '../../topics/joints.ts';
import type { Box } from '../../topics/result-record.ts';
import type { PersonMotion } from '../motion/motion-summary.ts';
import { smoothJoints, type TimedJoints } from '../window/smooth-joints.ts';
import { detourFeatures } from './detour-features.ts';
import {
  jointNamed,
  limbs,
  middle,
  relative,
  sureOfJoint,
  sureTorso,
  type TimedPoint,
  tiltOf,
  torsoScore,
} from './joint-geometry.ts';
import { mean, quantile } from './statistics.ts';

/** One person over the frames of a window. */
export interface TrackedPerson {
  track: string;
  frames: readonly PersonFrame[];
}

export interface PersonFrame {
  ptsUs: number;
  box: Box;
  score: number;
  joints?: readonly Joint[];
  motion?: PersonMotion;
}

const hands: readonly JointName[] = ['left-wrist', 'right-wrist'];
const legs: readonly JointName[] = ['left-knee', 'right-knee', 'left-ankle', 'right-ankle'];

/** How large a person is, pixels: near people move by more of them. The median over the window. */
export function sizeOf(frames: readonly { box: Box }[]): number {
  return Math.max(
    8,
    quantile(
      frames.map(({ box }) => Math.sqrt(box.width * box.height) * 1.5),
      0.5,
    ),
  );
}

/** What one person does in a window: lengths in sizes of the person, angles in radians, times in seconds. */
export function personFeatures({ frames }: TrackedPerson): Record<string, number> {
  const size = sizeOf(frames);
  const posed = smoothJoints(frames.flatMap(({ ptsUs, joints }) => (joints ? [{ ptsUs, joints }] : [])));
  const upper = posed.filter(({ joints }) => torsoScore(joints) >= sureTorso);
  const tilts = upper.map(({ joints }) => tiltOf(joints));
  const centres = frames.map(({ ptsUs, box }) => ({ ptsUs, x: box.x + box.width / 2, y: box.y + box.height / 2 }));
  const shapes = frames.map(({ box }) => Math.log(box.width / box.height));
  const speeds = rates(centres, size);
  const limb = limbSpeeds(posed, limbs, size);
  const hand = limbSpeeds(posed, hands, size);
  const leg = limbSpeeds(posed, legs, size);
  const motions = frames.flatMap(({ motion }) => (motion ? [motion] : []));
  const inside90 = quantile(
    motions.map(({ inside }) => inside),
    0.9,
  );
  // Leaning is no fight, and neither is walking: both at once is what counts.
  const busy = Math.min(1, inside90);
  return {
    tiltBusy: quantile(tilts, 0.9) * busy,
    limbBusy: quantile(limb, 0.9) * busy,
    tiltSpeedBusy: quantile(changes(upper.map(({ ptsUs }, i) => ({ ptsUs, value: tilts[i] ?? 0 }))), 0.8) * busy,
    tilt90: quantile(tilts, 0.9),
    tilt50: quantile(tilts, 0.5),
    tiltRange: quantile(tilts, 0.9) - quantile(tilts, 0.1),
    tiltSpeed: quantile(changes(upper.map(({ ptsUs }, i) => ({ ptsUs, value: tilts[i] ?? 0 }))), 0.8),
    limbSpeed: mean(limb),
    limbSpeed90: quantile(limb, 0.9),
    handSpeed90: quantile(hand, 0.9),
    legSpeed90: quantile(leg, 0.9),
    limbJerk: jerkOf(posed, limbs, size),
    handsUp: mean(upper.flatMap(({ joints }) => handsUp(joints, size))),
    reach: quantile(
      upper.flatMap(({ joints }) => reachOf(joints, size)),
      0.9,
    ),
    spread: quantile(
      upper.flatMap(({ joints }) => stanceOf(joints, size)),
      0.8,
    ),
    crouch: quantile(
      upper.map(({ joints }) => crouchOf(joints, size)),
      0.8,
    ),
    poseScore: mean(posed.map(({ joints }) => mean(joints.map(([, , score]) => score)))),
    poseScoreLow: quantile(
      posed.map(({ joints }) => mean(joints.map(([, , score]) => score))),
      0.1,
    ),
    speed: mean(speeds),
    speed90: quantile(speeds, 0.9),
    shape50: quantile(shapes, 0.5),
    shape90: quantile(shapes, 0.9),
    shapeChange: quantile(
      changes(frames.map(({ ptsUs, box }) => ({ ptsUs, value: Math.log(box.width / box.height) }))),
      0.8,
    ),
    sizeChange: quantile(
      changes(frames.map(({ ptsUs, box }) => ({ ptsUs, value: Math.log(box.width * box.height) }))),
      0.8,
    ),
    detectionScore: mean(frames.map(({ score }) => score)),
    motionInside: mean(motions.map(({ inside }) => inside)),
    motionInside90: quantile(
      motions.map(({ inside }) => inside),
      0.9,
    ),
    motionMost: mean(motions.map(({ most }) => most)),
    motionAround: mean(motions.map(({ around }) => around)),
    motionJump: mean(jumps(motions.map(({ inside }) => inside))),
    mostJump: mean(jumps(motions.map(({ most }) => most))),
    changeJump: mean(jumps(motions.map(({ change }) => change))),
    changeInside: mean(motions.map(({ change }) => change)),
    ...detourFeatures(frames, posed, size),
  };
}

/** Differences between neighbours, without sign: what flares up and stops (the violent flows of Hassner et al. 2012). */
function jumps(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? value)));
}

/** Speeds of limbs that the model is sure of, against the middle of the torso. */
function limbSpeeds(posed: readonly TimedJoints[], names: readonly JointName[], size: number): number[] {
  return names.flatMap((name) => rates(relative(posed, name), size));
}

/** Gaps longer than this are no step of a movement. */
const longestStepUs = 400_000;

/** Speeds between neighbours in time, sizes a second. */
function rates(points: readonly TimedPoint[], size: number): number[] {
  const found: number[] = [];
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    if (!a || !b || b.ptsUs - a.ptsUs > longestStepUs) continue;
    found.push(Math.hypot(b.x - a.x, b.y - a.y) / size / (Math.max(1, b.ptsUs - a.ptsUs) / 1e6));
  }
  return found;
}

/** How fast a value changes, a second. */
function changes(points: readonly { ptsUs: number; value: number }[]): number[] {
  return rates(
    points.map(({ ptsUs, value }) => ({ ptsUs, x: value, y: 0 })),
    1,
  );
}

/** 90th percentile of the change of velocity, sizes a second a second: blows begin and end at once. */
function jerkOf(posed: readonly TimedJoints[], names: readonly JointName[], size: number): number {
  const found: number[] = [];
  for (const name of names) {
    const points = relative(posed, name);
    for (let i = 2; i < points.length; i++) {
      const [a, b, c] = [points[i - 2], points[i - 1], points[i]];
      if (!a || !b || !c || c.ptsUs - a.ptsUs > 2 * longestStepUs) continue;
      const [first, second] = [Math.max(1, b.ptsUs - a.ptsUs) / 1e6, Math.max(1, c.ptsUs - b.ptsUs) / 1e6];
      const [x, y] = [(c.x - b.x) / second - (b.x - a.x) / first, (c.y - b.y) / second - (b.y - a.y) / first];
      found.push(Math.hypot(x, y) / size / ((first + second) / 2));
    }
  }
  return quantile(found, 0.9);
}

/** A joint that the model is sure of. */
function sureJoint(joints: readonly Joint[], name: JointName): Joint[] {
  const joint = jointNamed(joints, name);
  return joint[2] >= sureOfJoint ? [joint] : [];
}

/** How far the higher hand is above the shoulders; below them negative. */
function handsUp(joints: readonly Joint[], size: number): number[] {
  const shoulders = middle(joints, ['left-shoulder', 'right-shoulder']);
  const heights = hands.flatMap((name) => sureJoint(joints, name)).map(([, y]) => (shoulders.y - y) / size);
  return heights.length > 0 ? [Math.max(...heights)] : [];
}

/** How far the farther hand is from the shoulders. */
function reachOf(joints: readonly Joint[], size: number): number[] {
  const shoulders = middle(joints, ['left-shoulder', 'right-shoulder']);
  const found = hands.flatMap((name) => sureJoint(joints, name));
  const lengths = found.map(([x, y]) => Math.hypot(x - shoulders.x, y - shoulders.y) / size);
  return lengths.length > 0 ? [Math.max(...lengths)] : [];
}

/** Distance between the ankles. */
function stanceOf(joints: readonly Joint[], size: number): number[] {
  const [[left], [right]] = [sureJoint(joints, 'left-ankle'), sureJoint(joints, 'right-ankle')];
  return left && right ? [Math.hypot(left[0] - right[0], left[1] - right[1]) / size] : [];
}

/** How much lower the head is than it would be upright: 1 − (hips − nose) over the length of torso and neck. */
function crouchOf(joints: readonly Joint[], size: number): number {
  const hips = middle(joints, ['left-hip', 'right-hip']);
  const nose = jointNamed(joints, 'nose');
  return 1 - (hips.y - nose[1]) / (0.5 * size);
}
