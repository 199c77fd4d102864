/** What a container says about its video, and what was found when reading came to the end. */
export interface FilmEnd {
  /** Pictures that the container announces; 0 when it does not say. */
  announcedFrames: number;
  /** Length that the container announces for the video, µs; 0 when it does not say. */
  announcedUs: number;
  packets: number;
  frames: number;
  damaged: number;
  /** Stream time from the first to the end of the last picture, µs. */
  spanUs: number;
}

/** Rounding in containers and leading or trailing edits stay below this. */
const toleranceUs = 500_000;

/**
 * Whether a film ends before the end that its container announces, as a copy does that was interrupted.
 *
 * @returns what is missing, for people; undefined when the film is whole or the container announces nothing
 */
export function cutShort({ announcedFrames, announcedUs, packets, frames, spanUs }: FilmEnd): string | undefined {
  if (packets >= announcedFrames || spanUs >= announcedUs - toleranceUs) return undefined;
  const seconds = (us: number): string => (us / 1_000_000).toFixed(1);
  return `it ends after ${frames} of ${announcedFrames} frames (${seconds(spanUs)} of ${seconds(announcedUs)} s)`;
}

/**
 * Frames of a damaged film that neither came out nor were refused: the decoder or the demuxer swallowed them. In a film
 * without damage the container's number may differ for good reasons (edit lists), and nothing is missing.
 */
export function swallowedFrames({ announcedFrames, frames, damaged }: FilmEnd): number {
  return damaged > 0 ? Math.max(0, announcedFrames - frames - damaged) : 0;
}
