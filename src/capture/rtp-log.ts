import type { Ffmpeg } from './ffmpeg.ts';

/** What FFmpeg says, in its log and nowhere else, when RTP packets never came. */
const missedPackets = /^RTP: missed \d+ packets/;

const listeners = new Set<() => void>();

/**
 * Calls back whenever FFmpeg finds that RTP packets are missing, in any stream of this process. Its log is heard only as
 * long as somebody listens, and nothing of it is written anywhere: it may hold passwords.
 *
 * @returns stops listening
 */
export function onMissedPackets({ lib, constants }: Ffmpeg, listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    lib.Log.setCallback(hear, { maxLevel: constants.AV_LOG_WARNING });
    lib.Log.setLevel(constants.AV_LOG_WARNING);
  }
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    lib.Log.setLevel(constants.AV_LOG_QUIET);
    lib.Log.setCallback(null);
  };
}

function hear(_level: number, message: string): void {
  if (missedPackets.test(message)) for (const listener of listeners) listener();
}
