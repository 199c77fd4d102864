// Measures in which range each value of the face network lies, for `src/detect/convert/face-net-ranges.ts`: what the
// network is rounded to eight bits with. `node scripts/face-net-ranges.ts film…`: faces of many people in many lights.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { cacheDirectory } from '../src/base/cache-directory.ts';
import { filmFrames } from '../src/capture/film-frames.ts';
import { findCarried } from '../src/detect/convert/convert-carried-model.ts';
import { convertFaceRecognitionNet, faceNetNames } from '../src/detect/convert/face-recognition-net.ts';
import { alignFace, chipSharpness, chipSize, cutChip, type FaceChip } from '../src/detect/faces/face-chip.ts';
import { openYunetFinder } from '../src/detect/faces/face-finder.ts';
import { importOnnxRuntime } from '../src/detect/inference/onnx-runtime.ts';
import { openPlainSession } from '../src/detect/inference/open-session.ts';
import { faceRecognition } from '../src/detect/models/face-recognition.ts';
import { locateModel } from '../src/detect/models/find-model.ts';
import { yunet } from '../src/detect/models/yunet.ts';
import { openJpegDecoder } from '../src/detect/picture/decode-jpeg.ts';
import { inColours } from '../src/detect/steps/chain.ts';
import { isFairFace } from '../src/stage/people/face-gate.ts';

const target = join(import.meta.dirname, '../src/detect/convert/face-net-ranges.ts');
const logger = pino({ level: 'warn' });

/** The network in real numbers, which shows what lies between its layers. @throws MODEL_UNAVAILABLE, MODEL_INVALID */
async function openShowingNet() {
  const { name, carried } = faceRecognition;
  if (!carried) throw new Error(`no package carries ${name}`);
  const folder = await mkdtemp(join(tmpdir(), 'vigil-face-net-'));
  try {
    const path = join(folder, 'face-net.onnx');
    await writeFile(path, await convertFaceRecognitionNet(findCarried(name, carried), name));
    return await openPlainSession(path, name);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The faces of a film that are good enough to be described. */
async function* facesOf(film: string): AsyncGenerator<FaceChip> {
  for await (const { jpeg, width, height } of filmFrames(film, { fps: 5, width: 1280, quality: 90 })) {
    const picture = inColours(await decoder.decode(jpeg, { width, height }));
    for (const { points } of await finder.find(picture)) {
      const { turn, eyesPx, toFrame } = alignFace(points);
      const chip = cutChip(picture, { toFrame });
      if (isFairFace({ eyesPx, turn, sharpness: chipSharpness(chip) })) yield chip;
    }
  }
}

const films = process.argv.slice(2);
if (films.length === 0) throw new Error('say which films: node scripts/face-net-ranges.ts film…');
const { Tensor } = await importOnnxRuntime();
const net = await openShowingNet();
const decoder = await openJpegDecoder();
const finder = await openYunetFinder(await locateModel(yunet, { logger, cacheDir: cacheDirectory() }));
const ranges = new Map<string, [least: number, greatest: number]>();
let faces = 0;
for (const film of films) {
  for await (const chip of facesOf(film)) {
    const input = new Tensor('uint8', chip, [1, chipSize, chipSize, 3]);
    const { [faceNetNames.output]: _, ...between } = await net.run({ [faceNetNames.input]: input });
    for (const [name, { data }] of Object.entries(between)) {
      const range = ranges.get(name) ?? [0, 0];
      for (const value of data as Float32Array) {
        if (value < range[0]) range[0] = value;
        if (value > range[1]) range[1] = value;
      }
      ranges.set(name, range);
    }
    faces++;
  }
}
await Promise.all([finder.close(), net.release()]);

const lines = [...ranges].map(
  ([name, [least, greatest]]) =>
    `  ${/\W/.test(name) ? `'${name}'` : name}: [${Math.floor(10 * least) / 10}, ${Math.ceil(10 * greatest) / 10}],`,
);
await writeFile(
  target,
  `import type { FaceNetRanges } from './face-recognition-net.ts';

/** Written by scripts/face-net-ranges.ts: least and greatest of each value over ${faces} faces of ${films.length} films, rounded outwards. */
export const faceNetRanges: FaceNetRanges = {
${lines.join('\n')}
};
`,
);
process.stdout.write(
  `${faces} faces of ${films.length} films; now raise converterVersion in convert-carried-model.ts\n`,
);
