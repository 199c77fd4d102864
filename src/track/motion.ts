import type { Box } from '../topics/result-record.ts';

/** One coordinate: its value, its speed per second, and how uncertain both are (variances and covariance). */
export interface Axis {
  at: number;
  perSecond: number;
  varAt: number;
  covariance: number;
  varSpeed: number;
}

/** A box that moves: centre and size in frame pixels, each a Kalman filter with constant velocity. */
export interface Motion {
  x: Axis;
  y: Axis;
  width: Axis;
  height: Axis;
}

/** All of these in heights of the box: what is near is large and moves by more pixels. */
const measured = { centre: 0.08, size: 0.07 };
const firstSpeed = { centre: 1, size: 0.2 };
/** White acceleration, per √second: how much the speed wanders. */
const wander = { centre: 0.5, size: 0.15 };
const leastSize = 1;

export function startMotion(box: Box): Motion {
  const { height } = box;
  const axis = (at: number, measuredBy: number, speedBy: number): Axis => ({
    at,
    perSecond: 0,
    varAt: (measuredBy * height) ** 2,
    covariance: 0,
    varSpeed: (speedBy * height) ** 2,
  });
  return {
    x: axis(box.x + box.width / 2, measured.centre, firstSpeed.centre),
    y: axis(box.y + box.height / 2, measured.centre, firstSpeed.centre),
    width: axis(box.width, measured.size, firstSpeed.size),
    height: axis(height, measured.size, firstSpeed.size),
  };
}

/**
 * Where it is after some time. Noise grows with time, not with the number of steps: two steps of half the time come to
 * the same, so that every frame rate sees the same motion.
 *
 * @param keepsSize for what is not seen: a box of unknown size must not grow or shrink on its own
 */
export function predict(motion: Motion, seconds: number, { keepsSize = false } = {}): Motion {
  const height = Math.max(leastSize, motion.height.at);
  const size = (axis: Axis) => step(keepsSize ? { ...axis, perSecond: 0 } : axis, seconds, (wander.size * height) ** 2);
  return {
    x: step(motion.x, seconds, (wander.centre * height) ** 2),
    y: step(motion.y, seconds, (wander.centre * height) ** 2),
    width: size(motion.width),
    height: size(motion.height),
  };
}

/** Takes in a box that was seen where `predict` left off. */
export function correct(motion: Motion, box: Box): Motion {
  const centre = (measured.centre * box.height) ** 2;
  const size = (measured.size * box.height) ** 2;
  return {
    x: weigh(motion.x, box.x + box.width / 2, centre),
    y: weigh(motion.y, box.y + box.height / 2, centre),
    width: weigh(motion.width, box.width, size),
    height: weigh(motion.height, box.height, size),
  };
}

export function boxOf({ x, y, width, height }: Motion): Box {
  const size = { width: Math.max(leastSize, width.at), height: Math.max(leastSize, height.at) };
  return { x: x.at - size.width / 2, y: y.at - size.height / 2, ...size };
}

function step({ at, perSecond, varAt, covariance, varSpeed }: Axis, seconds: number, noise: number): Axis {
  return {
    at: at + perSecond * seconds,
    perSecond,
    varAt: varAt + 2 * seconds * covariance + seconds ** 2 * varSpeed + (noise * seconds ** 3) / 3,
    covariance: covariance + seconds * varSpeed + (noise * seconds ** 2) / 2,
    varSpeed: varSpeed + noise * seconds,
  };
}

function weigh({ at, perSecond, varAt, covariance, varSpeed }: Axis, seen: number, noise: number): Axis {
  const whole = varAt + noise;
  const [gain, speedGain] = [varAt / whole, covariance / whole];
  const surprise = seen - at;
  return {
    at: at + gain * surprise,
    perSecond: perSecond + speedGain * surprise,
    varAt: (1 - gain) * varAt,
    covariance: (1 - gain) * covariance,
    varSpeed: varSpeed - speedGain * covariance,
  };
}
