import type { Box, Detection } from '../../topics/result-record.ts';

/** What two detectors made of one frame. */
export interface FrameDifference {
  /** The second saw it, the first did not. */
  added: Detection[];
  /** The first saw it, the second did not. */
  missing: Detection[];
  /** Both saw it, at places that overlap too little to be the same. */
  moved: Pair[];
  /** Both saw it at one place, and call it by different names. */
  relabelled: Pair[];
  /** Both say the same. */
  same: Pair[];
}

export interface Pair {
  first: Detection;
  second: Detection;
  /** Intersection over union, 0..1 */
  iou: number;
}

/** Boxes of one label that overlap by less than the threshold, but by this much, are one thing that moved. */
const leastMovedIou = 0.1;

/**
 * Pairs the detections of two results, the best overlap first, and says what is left.
 *
 * @param iou boxes that overlap by at least this much are the same place, 0..1
 */
export function compareDetections(
  first: readonly Detection[],
  second: readonly Detection[],
  iou: number,
): FrameDifference {
  const left = { first: new Set(first), second: new Set(second) };
  const candidates = first
    .flatMap((a) => second.map((b) => ({ first: a, second: b, iou: overlap(a.box, b.box) })))
    .filter((pair) => pair.iou >= Math.min(iou, leastMovedIou))
    .sort((a, b) => b.iou - a.iou);
  const take = (holds: (pair: Pair) => boolean): Pair[] =>
    candidates.filter((pair) => {
      if (!left.first.has(pair.first) || !left.second.has(pair.second) || !holds(pair)) return false;
      left.first.delete(pair.first);
      left.second.delete(pair.second);
      return true;
    });
  const isOneLabel = (pair: Pair): boolean => pair.first.label === pair.second.label;
  const same = take((pair) => pair.iou >= iou && isOneLabel(pair));
  const relabelled = take((pair) => pair.iou >= iou);
  const moved = take(isOneLabel);
  return { same, relabelled, moved, missing: [...left.first], added: [...left.second] };
}

export function agrees({ added, missing, moved, relabelled }: FrameDifference): boolean {
  return added.length + missing.length + moved.length + relabelled.length === 0;
}

/** How far apart two results are: what one is sure of and the other does not see weighs most. */
export function severity({ added, missing, moved, relabelled }: FrameDifference): number {
  const alone = [...added, ...missing].reduce((sum, { score }) => sum + score, 0);
  const apart = moved.reduce((sum, { first, second, iou }) => sum + Math.min(first.score, second.score) * (1 - iou), 0);
  const named = relabelled.reduce((sum, { first, second }) => sum + Math.min(first.score, second.score), 0);
  return alone + apart + named;
}

/** Intersection over union. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}
