import type { Joint } from '../../topics/joints.ts';

/** A joint over the frames of a window. */
export interface TimedJoints {
  ptsUs: number;
  joints: readonly Joint[];
}

/** Width of the kernel, seconds: a single frame's error is evened out, a blow of three frames is not. */
const sigmaSeconds = 0.08;
/** So that joints nobody is sure of still have a place. */
const leastWeight = 0.02;

/**
 * Smooths joints over the frames of one track: each becomes the mean of its places, weighed by nearness in time (a normal
 * curve) and by how sure the model was. In time, not in frames, so that every frame rate is smoothed alike.
 */
export function smoothJoints(frames: readonly TimedJoints[]): TimedJoints[] {
  return frames.map(({ ptsUs, joints }) => ({
    ptsUs,
    joints: joints.map((_, index) => smoothed(frames, ptsUs, index)),
  }));
}

function smoothed(frames: readonly TimedJoints[], ptsUs: number, index: number): Joint {
  let [x, y, score, weights, kernels] = [0, 0, 0, 0, 0];
  for (const frame of frames) {
    const apart = (frame.ptsUs - ptsUs) / 1e6 / sigmaSeconds;
    if (Math.abs(apart) > 3) continue;
    const kernel = Math.exp(-(apart ** 2) / 2);
    const [jointX, jointY, jointScore] = frame.joints[index] ?? [0, 0, 0];
    const weight = kernel * (jointScore + leastWeight);
    x += weight * jointX;
    y += weight * jointY;
    score += kernel * jointScore;
    weights += weight;
    kernels += kernel;
  }
  return [x / weights, y / weights, score / kernels];
}
