import { fault } from '../base/errors.ts';

type Lib = typeof import('node-av/lib');
type Constants = typeof import('node-av/constants');

/** FFmpeg in this process: node-av's low-level classes and FFmpeg's constants. */
export interface Ffmpeg {
  lib: Lib;
  constants: Constants;
  /** The error code of "not now, try again", which differs between systems. */
  tryAgain: number;
}

export type { CodecContext, FilterContext, FilterGraph, FormatContext, Frame, Packet, Stream } from 'node-av/lib';

let loading: Promise<Ffmpeg> | undefined;

/**
 * Loads FFmpeg once. Its own messages are switched off: they go straight to standard error and may hold passwords;
 * what matters comes back as an error code.
 *
 * @throws OPTIONAL_PART_MISSING when node-av is not installed or has no build for this system
 */
export function loadFfmpeg(): Promise<Ffmpeg> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Ffmpeg> {
  try {
    const [lib, constants] = await Promise.all([import('node-av/lib'), import('node-av/constants')]);
    lib.Log.setLevel(constants.AV_LOG_QUIET);
    const tryAgain = lib.FFmpegError.AVERROR(lib.PosixError.EAGAIN);
    return { lib, constants, tryAgain };
  } catch (cause) {
    loading = undefined;
    throw fault('OPTIONAL_PART_MISSING', 'Cameras and videos are read by node-av (FFmpeg), which cannot be loaded', {
      next: 'Run `npm install node-av`; it has builds for Linux, macOS and Windows on x64 and arm64.',
      cause,
    });
  }
}
