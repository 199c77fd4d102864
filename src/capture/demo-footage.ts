import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadFile, WrongAnswerError } from '../base/download-file.ts';
import { describeError } from '../base/errors.ts';
import { unpackFromDebianPackage } from './debian-package.ts';

/** No network must mean a working demo within seconds. */
const downloadTimeouts = { answerTimeoutMs: 3000, stallTimeoutMs: 5000 };

export interface DemoFootage {
  /** Fit to be a camera's `source`. */
  source: string;
  /** Credit and licence, or why there is only a test picture; to be shown beside it. */
  note: string;
  kind: 'file' | 'testsrc';
}

export interface DemoFootageOptions {
  /** Where footage that was fetched is kept. */
  cacheDir: string;
  /** Says what is being done, in lines for people. */
  log(line: string): void;
  /** Footage at hand; `VIGIL_MEDIA` unless given. */
  mediaDir?: string | undefined;
  /** What could be fetched, best first. */
  clips?: readonly Clip[];
  /** Asks the system's package manager; by default where there is one. */
  fromPackage?: typeof unpackFromDebianPackage;
}

/** A film that may be shown, and where it comes from. */
export interface Clip {
  name: string;
  url: string;
  sha256: string;
  note: string;
  /** Debian's and Ubuntu's package that holds it. */
  debianPackage?: string;
}

/** Several people at once and no empty stretch comes first: boxes must show within seconds. */
export const demoClips: readonly Clip[] = [
  {
    name: 'vtest.avi',
    url: 'https://raw.githubusercontent.com/opencv/opencv/4.10.0/samples/data/vtest.avi',
    sha256: '45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf',
    note: 'Demo footage: vtest.avi from the OpenCV samples, Apache-2.0',
    debianPackage: 'opencv-doc',
  },
  {
    name: 'one-by-one-person-detection.mp4',
    url: 'https://raw.githubusercontent.com/intel-iot-devkit/sample-videos/master/one-by-one-person-detection.mp4',
    sha256: 'a5964aa259099a482a8b360ffc2c57b5a30f84d5919236a4dad01f8e929ac07c',
    note: 'Demo footage: one-by-one-person-detection.mp4 by Intel, CC BY 4.0',
  },
];

/**
 * Footage with people for a first look, first that works: `VIGIL_MEDIA`, the cache, download, the package opencv-doc of
 * Debian and Ubuntu (unpacked without root), and at last FFmpeg's test picture. Without a network the answer comes
 * within seconds. Never throws.
 */
export async function findDemoFootage(options: DemoFootageOptions): Promise<DemoFootage> {
  const clips = options.clips ?? demoClips;
  const atHand = (await findInMedia(options, clips)) ?? (await findInCache(options, clips));
  const found = atHand ?? (await download(options, clips)) ?? (await unpack(options, clips));
  if (found) return found;
  options.log('No demo footage could be found or fetched: showing a test picture, in which there are no people.');
  const note =
    'Test picture: no demo footage could be fetched, so there are no people to find. Give a camera of your own.';
  return { source: 'testsrc', note, kind: 'testsrc' };
}

function asFootage(path: string, clip: Clip): DemoFootage {
  return { source: path, note: clip.note, kind: 'file' };
}

async function findInMedia(options: DemoFootageOptions, clips: readonly Clip[]): Promise<DemoFootage | undefined> {
  const mediaDir = 'mediaDir' in options ? options.mediaDir : process.env.VIGIL_MEDIA;
  if (!mediaDir) return undefined;
  for (const clip of clips) {
    for (const path of [join(mediaDir, 'people', clip.name), join(mediaDir, clip.name)]) {
      if (await isFile(path)) return asFootage(path, clip);
    }
  }
  return undefined;
}

async function findInCache({ cacheDir }: DemoFootageOptions, clips: readonly Clip[]): Promise<DemoFootage | undefined> {
  for (const clip of clips) {
    const path = cachePath(cacheDir, clip);
    if ((await isFile(path)) && (await sha256Of(path)) === clip.sha256) return asFootage(path, clip);
  }
  return undefined;
}

async function download(options: DemoFootageOptions, clips: readonly Clip[]): Promise<DemoFootage | undefined> {
  const unreachable = new Set<string>();
  for (const clip of clips) {
    const { host } = new URL(clip.url);
    if (unreachable.has(host)) continue;
    try {
      const path = await prepareCachePath(options.cacheDir, clip);
      options.log(`Fetching demo footage: ${clip.url}`);
      await downloadFile({ url: clip.url, path, sha256: [clip.sha256], ...downloadTimeouts });
      return asFootage(path, clip);
    } catch (error) {
      options.log(`  not available: ${describeError(error)}`);
      if (!(error instanceof WrongAnswerError)) unreachable.add(host);
    }
  }
  return undefined;
}

async function unpack(options: DemoFootageOptions, clips: readonly Clip[]): Promise<DemoFootage | undefined> {
  const fromPackage = options.fromPackage ?? unpackFromDebianPackage;
  for (const clip of clips) {
    if (!clip.debianPackage) continue;
    try {
      const path = await prepareCachePath(options.cacheDir, clip);
      options.log(`Looking for demo footage in the system package ${clip.debianPackage}`);
      await fromPackage({ packageName: clip.debianPackage, fileName: clip.name, path, sha256: clip.sha256 });
      return asFootage(path, clip);
    } catch (error) {
      options.log(`  not available: ${describeError(error)}`);
    }
  }
  return undefined;
}

function cachePath(cacheDir: string, clip: Clip): string {
  return join(cacheDir, 'media', clip.name);
}

async function prepareCachePath(cacheDir: string, clip: Clip): Promise<string> {
  await mkdir(join(cacheDir, 'media'), { recursive: true });
  return cachePath(cacheDir, clip);
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}

async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
