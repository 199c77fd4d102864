// What bad pictures make of what judges people: a clip of a fight and a film of people who walk, as they are and spoilt. What is
// suspected of each, how sure it is, and whether there is a storm of it?
import sharp from 'sharp';
import { cacheDirectory } from '../../src/base/cache-directory.ts';
import { createLogger } from '../../src/base/logger.ts';
import { filmFrames } from '../../src/capture/film-frames.ts';
import { openClipDetector } from '../../src/cli/score/clip-eyes.ts';
import { loadFightModel } from '../../src/cli/score/load-fight-model.ts';
import { shrinkToGrey } from '../../src/threat/motion/grey-picture.ts';
import { CameraThreats } from '../../src/threat/stage/camera-threats.ts';
import { threatKinds } from '../../src/topics/event-names.ts';
import { footage, modelsFolder } from '../lib/material.ts';
import { type Figure, report } from '../lib/results.ts';

const films = { fight: 'fights/fight/fi005.mp4', walking: 'people/vtest.avi' };
const mostFrames = Number(process.argv[2] ?? 30);

interface Frame {
  ptsUs: number;
  jpeg: Uint8Array;
  width: number;
  height: number;
}

type Spoil = (frames: readonly Frame[]) => Promise<Frame[]>;

const asItIs: Spoil = async (frames) => [...frames];
const each =
  (change: (jpeg: Uint8Array, index: number, frame: Frame) => Promise<Uint8Array> | Uint8Array): Spoil =>
  async (frames) =>
    Promise.all(
      frames.map(async (frame, index) => {
        const jpeg = await change(frame.jpeg, index, frame);
        const { width, height } = await sharp(jpeg).metadata();
        return { ...frame, jpeg, width, height };
      }),
    );
const resized = (height: number) => each((jpeg) => sharp(jpeg).resize({ height }).jpeg().toBuffer());
/** A generator that gives the same numbers in each run (Lehmer). */
let seed = 7;
function random(): number {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed / 2_147_483_647;
}

async function noisy(jpeg: Uint8Array): Promise<Uint8Array> {
  const { data, info } = await sharp(jpeg).greyscale().linear(0.5, 20).raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at++)
    data[at] = Math.max(0, Math.min(255, (data[at] ?? 0) + 60 * (random() + random() - 1)));
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 1 } })
    .jpeg()
    .toBuffer();
}

async function shaken(jpeg: Uint8Array, _: number, { width, height }: Frame): Promise<Uint8Array> {
  const most = Math.round(width / 40);
  const [left, top] = [Math.floor(random() * most), Math.floor(random() * most)];
  return sharp(jpeg)
    .extract({ left, top, width: width - most, height: height - most })
    .jpeg()
    .toBuffer();
}

const conditions: Record<string, Spoil> = {
  'as it is': asItIs,
  '5 frames only': async (frames) => frames.slice(0, 5),
  '240 lines': resized(240),
  '1080 lines': resized(1080),
  '5 frames a second': async (frames) => frames.filter((_, index) => index % 2 === 0),
  '60 frames a second, each six times': async (frames) =>
    frames.flatMap((frame) =>
      Array.from({ length: 6 }, (_, part) => ({ ...frame, ptsUs: frame.ptsUs + Math.round((part * 1e6) / 60) })),
    ),
  'frozen at its first frame': async (frames) => frames.map((frame) => ({ ...frame, jpeg: (frames[0] ?? frame).jpeg })),
  flicker: each((jpeg, index) =>
    sharp(jpeg)
      .linear(index % 2 === 0 ? 0.6 : 1.3, 0)
      .jpeg()
      .toBuffer(),
  ),
  'night infrared': each(noisy),
  shaken: each(shaken),
};

const places = { cacheDir: cacheDirectory(), modelsDir: modelsFolder, logger: createLogger('bench') };
const [{ detector, decoder }, model] = await Promise.all([openClipDetector(places), loadFightModel()]);

async function suspect(frames: readonly Frame[]): Promise<string[]> {
  const threats = new CameraThreats({ detector: 'people@1', kinds: threatKinds, model, speed: 'complete' });
  threats.beginSession('s');
  const said: string[] = [];
  // The same picture is looked at once.
  let last: { jpeg: Uint8Array; detections: Awaited<ReturnType<typeof detector.look>>['detections'] } | undefined;
  for (const [frame, { ptsUs, jpeg, width, height }] of frames.entries()) {
    const detections =
      last?.jpeg === jpeg ? last.detections : (await detector.look({ jpeg, width, height })).detections;
    last = { jpeg, detections };
    const grey = shrinkToGrey(await decoder.decodeGrey(jpeg, { width, height }));
    const header = { camera: 'c', session: 's', frame, ptsUs, capturedAtUs: ptsUs, width, height };
    const events = threats.see({ frame: header, resultRef: `r/0/${frame}`, detections, grey }, ptsUs);
    said.push(...events.map(({ threat, score }) => `${threat} ${score.toFixed(2)} at ${(ptsUs / 1e6).toFixed(1)} s`));
  }
  return said;
}

const figures: Figure[] = [];
const told: string[] = [];
for (const [name, film] of Object.entries(films)) {
  const frames: Frame[] = [];
  for await (const frame of filmFrames(footage(film), { fps: 10, width: 1280, quality: 80 })) {
    frames.push(frame);
    if (frames.length === mostFrames) break;
  }
  for (const [condition, spoil] of Object.entries(conditions)) {
    const spoilt = await spoil(frames);
    const said = await suspect(spoilt);
    const what = `${name}, ${condition}, ${spoilt.length} frames`;
    figures.push({ what, unit: '', values: [said.length], wanted: name === 'walking' ? '0' : '' });
    if (said.length > 0) told.push(`${what}: ${said.join(', ')}`);
  }
}
await detector.close();
report('quality/threat-inputs', 'What do bad pictures make of what judges people?', figures, [
  `${films.fight} and ${films.walking}, ${mostFrames} frames at most; how many suspicions: every kind is switched on, nothing is silenced by a rule's cool-down.`,
  ...told,
]);
