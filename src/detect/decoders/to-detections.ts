import type { Detection } from '../../topics/result-record.ts';
import type { Placement } from '../picture/placement.ts';
import type { RawBox } from './decoder.ts';
import { suppressOverlaps } from './suppress-overlaps.ts';

export interface ToDetectionsOptions {
  /** Where the frame lay in the model's input. */
  placement: Placement;
  /** Pixels. */
  frameWidth: number;
  frameHeight: number;
  labels: readonly string[];
  /** Labels to keep; undefined keeps all. */
  wanted: ReadonlySet<string> | undefined;
  nmsIou: number;
}

/**
 * Turns candidates in input pixels into detections in frame pixels: wanted classes only, overlaps suppressed, mapped
 * back through the placement and clipped to the frame. A box that lies outside the frame altogether is left out.
 *
 * @returns highest score first; boxes rounded to hundredths of a pixel, scores to four decimals
 */
export function toDetections(boxes: readonly RawBox[], options: ToDetectionsOptions): Detection[] {
  const { labels, wanted } = options;
  const candidates = wanted ? boxes.filter((box) => wanted.has(labels[box.classIndex] ?? '')) : boxes;
  const detections: Detection[] = [];
  for (const raw of suppressOverlaps(candidates, options.nmsIou)) {
    const label = labels[raw.classIndex];
    const box = toFrameBox(raw, options);
    if (label !== undefined && box.width > 0 && box.height > 0) {
      detections.push({ label, score: round(raw.score, 1e4), box });
    }
  }
  return detections;
}

function toFrameBox(raw: RawBox, { placement, frameWidth, frameHeight }: ToDetectionsOptions): Detection['box'] {
  const left = clamp((raw.left - placement.left) / placement.scaleX, frameWidth);
  const right = clamp((raw.right - placement.left) / placement.scaleX, frameWidth);
  const top = clamp((raw.top - placement.top) / placement.scaleY, frameHeight);
  const bottom = clamp((raw.bottom - placement.top) / placement.scaleY, frameHeight);
  const [x, y] = [round(left, 100), round(top, 100)];
  return { x, y, width: round(right - x, 100), height: round(bottom - y, 100) };
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
