import { alignFace, chipSharpness, cutChip } from '../../src/detect/faces/face-chip.ts';
import { openFaceEmbedder } from '../../src/detect/faces/face-embedder.ts';
import { openYunetFinder } from '../../src/detect/faces/face-finder.ts';
import { describeFace, facesStep } from '../../src/detect/faces/faces-step.ts';
import type { JpegFrame } from '../../src/detect/inference/detector.ts';
import type { FindModelOptions } from '../../src/detect/models/find-model.ts';
import { openJpegDecoder } from '../../src/detect/picture/decode-jpeg.ts';
import { inColours } from '../../src/detect/steps/chain.ts';

const runs = 9;
const timesPerRun = 10;

/** Time of the processor for finding the faces of a frame, for judging one, and for describing it too, milliseconds. One thread each. */
export async function costOfFaces({ jpeg, ...size }: JpegFrame, options: FindModelOptions) {
  const { yunet = '', embedder: net = '' } = await facesStep.findModels(options);
  const [finder, embedder] = [await openYunetFinder(yunet), await openFaceEmbedder(net)];
  const decoder = await openJpegDecoder();
  const picture = inColours(await decoder.decode(jpeg, size));
  const [face] = await finder.find(picture);
  if (!face) throw new Error('the frame shows no face');
  const perFrame = await processorMs(() => finder.find(picture));
  const perJudged = await processorMs(async () => chipSharpness(cutChip(picture, alignFace(face.points))));
  const perFace = await processorMs(() => describeFace(picture, face, embedder));
  await Promise.all([finder.close(), embedder.close()]);
  return { perFrame, perJudged, perFace };
}

/** Of the processor and not of the clock: the machine is shared. */
async function processorMs(work: () => Promise<unknown>): Promise<number[]> {
  await work();
  const values: number[] = [];
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    for (let time = 0; time < timesPerRun; time++) await work();
    const { user, system } = process.cpuUsage(before);
    values.push((user + system) / 1000 / timesPerRun);
  }
  return values;
}
