import { loadFfmpeg } from './ffmpeg.ts';
import { FrameGate } from './frame-gate.ts';
import { fileInput } from './inputs.ts';
import { type EncodedPicture, JpegEncoder } from './jpeg-encoder.ts';
import { VideoReader } from './video-reader.ts';

/** A frame of a film as a camera would have published it. */
export interface FilmFrame extends EncodedPicture {
  /** Stream time in microseconds. */
  ptsUs: number;
}

export interface FilmFramesOptions {
  /** Wanted frames per second; a slower film gives all it has. */
  fps: number;
  /** Wanted width in pixels; a narrower film is never made larger. */
  width: number;
  /** JPEG quality, 1..100. */
  quality: number;
}

const silenceMs = 10_000;

/**
 * Reads a film from its first frame to its last, chosen, scaled and encoded as `vigil capture` does it. Frames that do not
 * decode are left out.
 *
 * @throws SOURCE_UNREADABLE, OPTIONAL_PART_MISSING
 */
export async function* filmFrames(path: string, { fps, width, quality }: FilmFramesOptions): AsyncGenerator<FilmFrame> {
  const ffmpeg = await loadFfmpeg();
  const events = { onDamaged: () => undefined, onMissing: () => undefined };
  const input = fileInput(path);
  const reader = new VideoReader({ ffmpeg, source: path, input, live: false, network: false, silenceMs, events });
  const gate = new FrameGate(fps);
  const encoder = new JpegEncoder({ ffmpeg, maxWidth: width, quality });
  try {
    await reader.open();
    for (let frame = await reader.next(); frame; frame = await reader.next()) {
      const { picture, ptsUs } = frame;
      if (gate.accepts(ptsUs)) yield { ptsUs, ...(await encoder.encode(picture)) };
    }
  } finally {
    encoder.close();
    await reader.close();
  }
}
