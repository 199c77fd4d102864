import { FrameBitmap } from '../frame-bitmap.ts';
import type { SkipNews } from './order-types.ts';

const keptSessions = 16;

/**
 * The frames that an urgent group has discarded, by camera and session: a bit for each. They outlive what is read anew
 * after a failure; of each camera the sessions stated last are kept.
 */
export class SkippedFrames {
  readonly #byCamera = new Map<string, Map<string, FrameBitmap>>();

  add({ camera, session, frames }: SkipNews): void {
    const known = this.of(camera, session);
    for (const frame of frames) known.add(frame);
  }

  /** Grows with what is learnt later. */
  of(camera: string, session: string): FrameBitmap {
    const sessions = this.#byCamera.get(camera) ?? new Map<string, FrameBitmap>();
    this.#byCamera.set(camera, sessions);
    const known = sessions.get(session) ?? new FrameBitmap();
    sessions.delete(session);
    sessions.set(session, known);
    const [oldest] = sessions.keys();
    if (sessions.size > keptSessions && oldest !== undefined) sessions.delete(oldest);
    return known;
  }
}
