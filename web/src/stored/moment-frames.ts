import type { Joint } from '../../../src/topics/joints.ts';
import type { SeenFrame, StoredMoment } from '../../../src/topics/stored.ts';
import { JointSmoother } from '../picture/smooth-joints.ts';

/** A frame of a moment that can be shown. */
export interface MomentFrame {
  frame: string;
  /** Before the last frame of the moment: 0 or less, seconds. */
  seconds: number;
  width: number;
  height: number;
  people: { box: SeenFrame['detections'][number]['box']; joints?: readonly Joint[] }[];
}

/** The frames whose pictures are kept, in order, with joints that do not tremble. */
export function framesOf({ frames }: StoredMoment): MomentFrame[] {
  const kept = frames.flatMap(({ frame, picture, seen }) => (picture === 'kept' && seen ? [{ frame, seen }] : []));
  const lastUs = kept.at(-1)?.seen.ptsUs ?? 0;
  const smoother = new JointSmoother();
  return kept.map(({ frame, seen: { ptsUs, width, height, detections } }) => {
    const joints = smoother.smooth(detections, ptsUs);
    const people = detections.map(({ box }, index) => {
      const smoothed = joints[index];
      return { box, ...(smoothed ? { joints: smoothed } : {}) };
    });
    return { frame, seconds: (ptsUs - lastUs) / 1e6, width, height, people };
  });
}

/** Some of a list at even distances, the first and the last among them: indices. */
export function evenly(length: number, wanted: number): number[] {
  const count = Math.min(length, wanted);
  if (count < 2) return count === 1 ? [length - 1] : [];
  return Array.from({ length: count }, (_, index) => Math.round((index * (length - 1)) / (count - 1)));
}
