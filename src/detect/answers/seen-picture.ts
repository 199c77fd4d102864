import type { Sight } from '../inference/detector.ts';

/** A picture that was asked about, as a detector saw it. */
export interface SeenPicture {
  /** Size in pixels, upright. */
  width: number;
  height: number;
  sight: Sight;
}
