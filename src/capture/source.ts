import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fault, systemErrorCode } from '../base/errors.ts';
import { redactSource } from '../base/secrets.ts';

/** What a camera's `source` names. */
export type Source =
  | { kind: 'file'; path: string }
  | { kind: 'folder'; path: string }
  | { kind: 'rtsp'; url: string }
  | { kind: 'http'; url: string }
  /** Any other address that FFmpeg opens: rtmp, srt, udp … */
  | { kind: 'stream'; url: string }
  /** A webcam; `format` is FFmpeg's name of the system's camera interface. */
  | { kind: 'device'; format: 'v4l2' | 'avfoundation' | 'dshow'; name: string }
  /** FFmpeg's moving test picture, without end unless `seconds` is given. */
  | { kind: 'test-picture'; seconds: number | undefined };

const videoFile = /\.(mp4|m4v|mov|mkv|webm|avi|mpe?g|ts|mts|wmv|flv|ogv|3gp)$/i;

/**
 * Tells what a source is: `rtsp://…`, `http(s)://…`, `/dev/video0`, `avfoundation:NAME`, `dshow:NAME`, `testsrc`,
 * `testsrc:SECONDS`, or the path of a file or folder.
 *
 * @throws SOURCE_NOT_FOUND when it is a path that does not exist
 */
export async function parseSource(source: string): Promise<Source> {
  const test = /^testsrc(?::(\d+(?:\.\d+)?))?$/.exec(source);
  if (test) return { kind: 'test-picture', seconds: test[1] === undefined ? undefined : Number(test[1]) };
  const device = /^(avfoundation|dshow):(.+)$/.exec(source);
  if (device) return { kind: 'device', format: device[1] as 'avfoundation' | 'dshow', name: device[2] ?? '' };
  if (/^rtsps?:\/\//i.test(source)) return { kind: 'rtsp', url: source };
  if (/^https?:\/\//i.test(source)) return { kind: 'http', url: source };
  if (/^file:\/\//i.test(source)) return pathSource(fileURLToPath(source));
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return { kind: 'stream', url: source };
  return pathSource(source);
}

/**
 * Whether a source has no end, as far as its address tells: a video file by HTTP has one, any other address by HTTP is
 * taken for a camera until it has been opened.
 */
export function looksLive(source: string): boolean {
  if (/^testsrc:/.test(source)) return false;
  if (source === 'testsrc' || /^(\/dev\/|avfoundation:|dshow:)/.test(source)) return true;
  const url = /^([a-z][a-z0-9+.-]*):\/\//i.exec(source)?.[1]?.toLowerCase();
  if (url === undefined || url === 'file') return false;
  return !((url === 'http' || url === 'https') && videoFile.test(source.replace(/[?#].*$/, '')));
}

async function pathSource(given: string): Promise<Source> {
  const path = resolve(given);
  const found = await stat(path).catch((cause: unknown) => {
    const code = systemErrorCode(cause);
    const why =
      code === 'ENOENT' || code === undefined ? 'there is no such file or folder' : `it cannot be read (${code})`;
    throw fault('SOURCE_NOT_FOUND', `The source ${redactSource(given)} is not there: ${why} (looked at ${path})`, {
      cause,
    });
  });
  if (found.isDirectory()) return { kind: 'folder', path };
  if (found.isCharacterDevice()) return { kind: 'device', format: 'v4l2', name: path };
  return { kind: 'file', path };
}
