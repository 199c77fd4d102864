import { loadFfmpeg } from './ffmpeg.ts';
import { FrameGate } from './frame-gate.ts';
import { fileInput } from './inputs.ts';
import { type EncodedPicture, JpegEncoder } from './jpeg-encoder.ts';
import type { MotionGateSettings } from './motion/motion-gate.ts';
import { MotionWatch } from './motion/motion-watch.ts';
import { VideoReader } from './video-reader.ts';

/** A frame of a film as a camera would have published it. */
export interface FilmFrame extends EncodedPicture {
  /** Stream time in microseconds. */
  ptsUs: number;
  /** Only where there is a motion gate: nothing moves, no model need look. */
  isStill?: boolean;
}

export interface FilmFramesOptions {
  /** Wanted frames per second; a slower film gives all it has. */
  fps: number;
  /** Wanted width in pixels; a narrower film is never made larger. */
  width: number;
  /** JPEG quality, 1..100. */
  quality: number;
  motionGate?: Partial<MotionGateSettings>;
}

const silenceMs = 10_000;

/**
 * Reads a film from its first frame to its last, chosen, scaled and encoded as `vigil capture` does it. Frames that do not
 * decode are left out.
 *
 * @throws SOURCE_UNREADABLE, OPTIONAL_PART_MISSING
 */
export async function* filmFrames(path: string, options: FilmFramesOptions): AsyncGenerator<FilmFrame> {
  const { fps, width, quality, motionGate } = options;
  const ffmpeg = await loadFfmpeg();
  const events = { onDamaged: () => undefined, onMissing: () => undefined };
  const input = fileInput(path);
  const reader = new VideoReader({ ffmpeg, source: path, input, live: false, network: false, silenceMs, events });
  const gate = new FrameGate(fps);
  const encoder = new JpegEncoder({ ffmpeg, maxWidth: width, quality });
  const motion = motionGate && new MotionWatch(ffmpeg, motionGate);
  try {
    await reader.open();
    for (let frame = await reader.next(); frame; frame = await reader.next()) {
      const { picture, ptsUs } = frame;
      if (!gate.accepts(ptsUs)) continue;
      const still = motion ? { isStill: await motion.isStill(picture, ptsUs) } : {};
      yield { ptsUs, ...still, ...(await encoder.encode(picture)) };
    }
  } finally {
    encoder.close();
    motion?.close();
    await reader.close();
  }
}
