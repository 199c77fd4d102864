import { FrameSet } from '../stage/frame-set.ts';
import type { GapStatement } from '../topics/gap-statement.ts';

interface GapCount {
  camera: string;
  detector: string;
  group: string;
  reason: string;
  frames: number;
}

/**
 * Frames that a stage passed over, by camera, detector, group and reason: each counts once, also when a statement is read again or
 * a group states after a crash what it had stated.
 */
export class OrderGapBook {
  readonly #frames = new Map<string, { about: Omit<GapCount, 'frames'>; frames: FrameSet }>();

  add({ camera, session, detector, group: other, reason, first, last }: GapStatement): void {
    const group = other ?? 'track';
    const key = [camera, session, detector, group, reason].join('/');
    const known = this.#frames.get(key) ?? { about: { camera, detector, group, reason }, frames: new FrameSet() };
    this.#frames.set(key, known);
    for (let frame = first; frame <= last; frame++) known.frames.add(frame);
  }

  counts(): GapCount[] {
    const sums = new Map<string, GapCount>();
    for (const { about, frames } of this.#frames.values()) {
      const key = Object.values(about).join('/');
      sums.set(key, { ...about, frames: (sums.get(key)?.frames ?? 0) + frames.size });
    }
    return [...sums.values()];
  }
}
