/**
 * Frame numbers `first`, `first + step`, … `last`, both ends included. One partition holds every P-th frame of a
 * camera, so that a stretch of it is one range of step P.
 */
export interface FrameRange {
  first: number;
  last: number;
  /** From 1 up; 1 for a single frame. */
  step: number;
}

/** Gathers frame numbers in rising order into as few ranges as a single pass finds. */
export function toFrameRanges(frames: Iterable<number>): FrameRange[] {
  const ranges: FrameRange[] = [];
  for (const frame of frames) {
    const range = ranges.at(-1);
    if (!range) ranges.push({ first: frame, last: frame, step: 1 });
    else if (range.first === range.last) extend(range, frame);
    else if (frame === range.last + range.step) range.last = frame;
    else ranges.push({ first: frame, last: frame, step: 1 });
  }
  return ranges;
}

function extend(range: FrameRange, frame: number): void {
  range.step = frame - range.last;
  range.last = frame;
}

/** How many frames the ranges name. */
export function countOfRanges(ranges: readonly FrameRange[]): number {
  return ranges.reduce((sum, { first, last, step }) => sum + (last - first) / step + 1, 0);
}

export function* framesOfRanges(ranges: readonly FrameRange[]): Generator<number> {
  for (const { first, last, step } of ranges) for (let frame = first; frame <= last; frame += step) yield frame;
}

/** What a reader may rely on: whole numbers from 0 up, and a last frame that the steps meet. */
export function isFrameRange(value: unknown): value is FrameRange {
  if (typeof value !== 'object' || value === null) return false;
  const { first, last, step } = value as Partial<FrameRange>;
  return isWhole(first) && isWhole(last) && isWhole(step) && step > 0 && last >= first && (last - first) % step === 0;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
