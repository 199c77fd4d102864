import type { Input } from './packet-reader.ts';
import type { Source } from './source.ts';

/** FFmpeg's picture demuxers would read `%03d` in a name as a pattern of many files. */
const literalName = { pattern_type: 'none' };

/** The first picture tells all that is needed; watching more of them to find out the frame rate costs a second. */
const quickStart = { fpsprobesize: '0', analyzeduration: '3000000' };

export function fileInput(path: string): Input {
  // With the prefix a colon in a name is not taken for a protocol.
  return { url: `file:${path}`, options: literalName };
}

export function rtspInput(url: string, transport: 'tcp' | 'udp'): Input {
  const transportOptions = { rtsp_transport: transport, max_delay: '200000', allowed_media_types: 'video' };
  return { url, options: { ...quickStart, ...transportOptions } };
}

/** Also for HLS and for videos that lie on a server, whose reading goes on after a connection is lost. */
export function httpInput(url: string): Input {
  return { url, options: { reconnect: '1', reconnect_delay_max: '4', fpsprobesize: '0' } };
}

export function streamInput(url: string): Input {
  return { url, options: quickStart };
}

/** A webcam as its driver offers it; macOS wants to be told a rate. */
export function deviceInput(source: Extract<Source, { kind: 'device' }>, wanted: { fps: number }): Input {
  const { format, name } = source;
  const url = format === 'dshow' && !name.startsWith('video=') ? `video=${name}` : name;
  const framerate = String(Math.max(30, wanted.fps));
  return { url, format, nonBlocking: true, options: format === 'avfoundation' ? { framerate } : {} };
}

/** FFmpeg's `testsrc2`: moving shapes and a running clock, 16:9 in the wanted width. */
export function testPictureInput(seconds: number | undefined, wanted: { fps: number; width: number }): Input {
  const width = 2 * Math.round(wanted.width / 2);
  const height = 2 * Math.round((width * 9) / 32);
  const duration = seconds === undefined ? '' : `:duration=${seconds}`;
  return {
    url: `testsrc2=size=${width}x${height}:rate=${wanted.fps}${duration},format=yuv420p`,
    format: 'lavfi',
    options: {},
  };
}
