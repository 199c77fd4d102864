import type { CameraOptions } from './camera-options.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import { FolderReader } from './folder-reader.ts';
import type { FrameReader, ReaderEvents } from './frame-reader.ts';
import { HttpReader } from './http-reader.ts';
import { deviceInput, fileInput, httpInput, rtspInput, streamInput, testPictureInput } from './inputs.ts';
import { LoopReader } from './loop-reader.ts';
import { parseSource, type Source } from './source.ts';
import { VideoReader } from './video-reader.ts';

export interface ReaderOptions {
  ffmpeg: Ffmpeg;
  camera: CameraOptions;
  silenceMs: number;
  events: ReaderEvents;
}

/**
 * The reader that fits a camera's source, not opened yet.
 *
 * @throws SOURCE_NOT_FOUND when the source is a path that does not exist
 */
export async function createReader(options: ReaderOptions): Promise<FrameReader> {
  const source = await parseSource(options.camera.source);
  const mayLoop = source.kind === 'file' || source.kind === 'folder';
  if (mayLoop && options.camera.loop) return new LoopReader(() => readerOf(source, options));
  return readerOf(source, options);
}

function readerOf(source: Source, options: ReaderOptions): FrameReader {
  const { ffmpeg, camera, silenceMs, events } = options;
  const common = { ffmpeg, source: camera.source, silenceMs, events };
  switch (source.kind) {
    case 'file':
      return new VideoReader({ ...common, input: fileInput(source.path), live: false, network: false });
    case 'folder':
      return new FolderReader({ ...common, path: source.path, fps: camera.fps });
    case 'rtsp':
      return new VideoReader({
        ...common,
        input: rtspInput(source.url, camera.rtspTransport),
        live: true,
        network: true,
      });
    case 'http':
      return new HttpReader({ ...common, input: httpInput(source.url), fps: camera.fps });
    case 'stream':
      return new VideoReader({ ...common, input: streamInput(source.url), live: true, network: true });
    case 'device':
      return new VideoReader({ ...common, input: deviceInput(source, camera), live: true, network: false });
    case 'test-picture': {
      const input = testPictureInput(source.seconds, camera);
      return new VideoReader({ ...common, input, live: source.seconds === undefined, network: false });
    }
  }
}
