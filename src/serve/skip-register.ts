import { FrameSet } from '../stage/frame-set.ts';
import type { FrameRange } from '../topics/frame-ranges.ts';
import { framesOfRanges } from '../topics/frame-ranges.ts';
import type { SkipStatement } from '../topics/skip-statement.ts';

type Skipped = Pick<SkipStatement, 'camera' | 'session' | 'detector' | 'frames'>;

/** All frames that were stated as skipped: a bit for each, however many statements there are. */
export class SkipRegister {
  readonly #sets = new Map<string, { about: Omit<Skipped, 'frames'>; frames: FrameSet }>();

  add({ camera, session, detector, frames }: SkipStatement): void {
    const key = `${camera}/${session}/${detector}`;
    const known = this.#sets.get(key) ?? { about: { camera, session, detector }, frames: new FrameSet() };
    this.#sets.set(key, known);
    for (const frame of framesOfRanges(frames)) known.frames.add(frame);
  }

  *all(): Generator<Skipped> {
    for (const { about, frames } of this.#sets.values()) yield { ...about, frames: rangesOf(frames) };
  }
}

function rangesOf(set: FrameSet): FrameRange[] {
  const { below, beyond } = set.save();
  const ranges: FrameRange[] = below > 0 ? [{ first: 0, last: below - 1, step: 1 }] : [];
  for (let at = 0; at + 1 < beyond.length; at += 2)
    ranges.push({ first: beyond[at] ?? 0, last: beyond[at + 1] ?? 0, step: 1 });
  return ranges;
}
