// What does each step around inference cost, from a frame's JPEG to its detections? CPU time, so that other work on the
// machine counts less. The way of decoding that lost (sharp resizes, a loop packs) is measured beside the one that is used.
//
//   node bench/detection-steps.ts
import sharp from 'sharp';
import { toDetections } from '../src/detect/decoders/to-detections.ts';
import { yolox } from '../src/detect/decoders/yolox.ts';
import type { JpegFrame } from '../src/detect/inference/detector.ts';
import { importOnnxRuntime } from '../src/detect/inference/onnx-runtime.ts';
import { inputShape, openSession } from '../src/detect/inference/open-session.ts';
import { yoloxNano } from '../src/detect/models/yolox-nano.ts';
import { decodeJpeg, type Picture } from '../src/detect/picture/decode-jpeg.ts';
import { fillInput } from '../src/detect/picture/fill-input.ts';
import { placeFrame } from '../src/detect/picture/placement.ts';
import { filmFrames } from '../test/detect/support/film-frames.ts';
import { footage, model } from './lib/material.ts';
import { type Figure, report } from './lib/results.ts';

const rounds = 5;
const { input, labels, threshold, nmsIou } = yoloxNano;
const numbers = Array.from({ length: 60 }, (_, index) => index * 20);
const small = await filmFrames(footage('people/one-by-one-person-detection.mp4'), numbers);
const large = await Promise.all(small.map((frame) => enlarge(frame, 1920, 1080)));
const session = await openSession(model('yolox_nano.onnx'), yoloxNano);
const { Tensor } = await importOnnxRuntime();
const values = new Float32Array(3 * input.width * input.height);
const tensor = new Tensor('float32', values, inputShape(yoloxNano));

async function enlarge({ jpeg }: JpegFrame, width: number, height: number): Promise<JpegFrame> {
  return { jpeg: await sharp(jpeg).resize(width, height, { fit: 'fill' }).jpeg().toBuffer(), width, height };
}

/** CPU milliseconds per item, once for each round. */
async function cost<T>(what: string, items: readonly T[], work: (item: T) => unknown): Promise<Figure> {
  const perRound: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const before = process.cpuUsage();
    for (const item of items) await work(item);
    const { user, system } = process.cpuUsage(before);
    // The first round warms up.
    if (round >= 0) perRound.push((user + system) / 1000 / items.length);
  }
  return { what, unit: 'ms CPU', values: perRound };
}

function decode({ jpeg, width, height }: JpegFrame): Promise<Picture> {
  const placement = placeFrame(width, height, input);
  return decodeJpeg(jpeg, { width, height, neededWidth: placement.width, neededHeight: placement.height });
}

function fill(picture: Picture): void {
  fillInput(picture, input, placeFrame(picture.width, picture.height, input), values);
}

/** The way that lost: libvips resizes, the loop only orders the colours. */
async function resizeAndPack({ jpeg, width, height }: JpegFrame): Promise<void> {
  const { width: w, height: h } = placeFrame(width, height, input);
  const data = await sharp(jpeg).resize(w, h, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
  fillInput({ width: w, height: h, channels: 3, data }, input, placeFrame(w, h, input), values);
}

async function infer(picture: Picture): Promise<Float32Array> {
  fill(picture);
  const { output } = await session.run({ [input.name]: tensor });
  return output?.data as Float32Array;
}

function readOutput(output: Float32Array): void {
  const boxes = yolox.decode([output], { input, classes: labels.length, threshold });
  const placement = placeFrame(768, 432, input);
  toDetections(boxes, { placement, frameWidth: 768, frameHeight: 432, labels, wanted: undefined, nmsIou });
}

const smallPictures = await Promise.all(small.map(decode));
const outputs: Float32Array[] = [];
for (const picture of smallPictures) outputs.push(await infer(picture));

report(
  'detection-steps',
  'What does each step around inference cost?',
  [
    await cost('decode a 768 × 432 JPEG', small, decode),
    await cost('resize, order and normalise it into the input', smallPictures, fill),
    await cost('the model (YOLOX-nano, 416 × 416)', smallPictures, () => session.run({ [input.name]: tensor })),
    await cost('read the output: decode, suppress overlaps, map back', outputs, readOutput),
    await cost('decode and fill, 768 × 432, together', small, async (frame) => fill(await decode(frame))),
    await cost('… the other way: libvips resizes, then fill', small, resizeAndPack),
    await cost('decode and fill, 1920 × 1080, together', large, async (frame) => fill(await decode(frame))),
    await cost('… the other way: libvips resizes, then fill', large, resizeAndPack),
  ],
  ['All on one thread; in a detector the decoding runs on libuv’s threads while the model runs on its own.'],
);
await session.release();
