import type { RawBox } from './decoder.ts';

/**
 * Non-maximum suppression, class by class: of boxes that overlap by more than `iou` the one with the highest score stays.
 *
 * @param iou intersection over union, 0..1
 * @returns the boxes that stay, highest score first
 */
export function suppressOverlaps(boxes: readonly RawBox[], iou: number): RawBox[] {
  const kept: RawBox[] = [];
  for (const box of boxes.toSorted((a, b) => b.score - a.score)) {
    const covered = kept.some((other) => other.classIndex === box.classIndex && overlap(other, box) > iou);
    if (!covered) kept.push(box);
  }
  return kept;
}

/** Intersection over union; 0 for boxes without area. */
export function overlap(a: RawBox, b: RawBox): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (area(a) + area(b) - shared);
}

function area(box: RawBox): number {
  return (box.right - box.left) * (box.bottom - box.top);
}
