import type { LiveFrameHeader } from '../../../src/topics/live-message.ts';
import type { Detection } from '../../../src/topics/result-record.ts';
import { overlap } from './box-overlap.ts';

/** Tracks are a few frames older than the frame: a detection has the number of the one it overlaps most, this much at least. */
const leastOverlap = 0.3;

/** The numbers of tracks for the detections of a frame; each number once, the best overlap first. */
export function trackNumbers({ detections, tracks = [] }: LiveFrameHeader): Map<Detection, number> {
  const pairs = detections.flatMap((detection) =>
    tracks
      .filter(({ label }) => label === detection.label)
      .map(({ number, box }) => ({ detection, number, shared: overlap(detection.box, box) })),
  );
  const numbers = new Map<Detection, number>();
  const used = new Set<number>();
  for (const { detection, number, shared } of pairs.sort((a, b) => b.shared - a.shared)) {
    if (shared < leastOverlap || numbers.has(detection) || used.has(number)) continue;
    numbers.set(detection, number);
    used.add(number);
  }
  return numbers;
}
