// What does each step around inference cost, from a frame's JPEG to its detections? CPU time, so that other work on the
// machine counts less. The ways of decoding that lost (sharp decodes; sharp resizes too) are measured beside the one that is used.
//
//   node bench/detection-steps.ts
import sharp from 'sharp';
import { toDetections } from '../src/detect/decoders/to-detections.ts';
import { yolox } from '../src/detect/decoders/yolox.ts';
import type { JpegFrame } from '../src/detect/inference/detector.ts';
import { importOnnxRuntime } from '../src/detect/inference/onnx-runtime.ts';
import { inputShape, openSession } from '../src/detect/inference/open-session.ts';
import { yoloxNano } from '../src/detect/models/yolox-nano.ts';
import { openJpegDecoder, type Picture } from '../src/detect/picture/decode-jpeg.ts';
import { fillInput } from '../src/detect/picture/fill-input.ts';
import { InputFiller } from '../src/detect/picture/input-filler.ts';
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
const filler = new InputFiller(input);
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

const decoder = await openJpegDecoder();

function decode({ jpeg, width, height }: JpegFrame): Promise<Picture> {
  return decoder.decode(jpeg, { width, height });
}

/** A way that lost: libvips decodes, at a half or a quarter of the size where that is enough. */
async function decodeWithSharp({ jpeg, width, height }: JpegFrame): Promise<Picture> {
  const placed = placeFrame(width, height, input);
  const divisor = [4, 2].find((each) => width / each >= placed.width && height / each >= placed.height) ?? 1;
  const size = [Math.ceil(width / divisor), Math.ceil(height / divisor)] as const;
  const { data, info } = await sharp(jpeg)
    .resize(...size, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data };
}

function fill(picture: Picture): void {
  filler.fill(picture, placeFrame(picture.width, picture.height, input));
}

/** The plain loop, which lost. */
function fillPlainly(picture: Picture): void {
  fillInput(picture, input, placeFrame(picture.width, picture.height, input), values);
}

/** Another way that lost: libvips resizes, the loop only orders the colours. */
async function resizeAndPack({ jpeg, width, height }: JpegFrame): Promise<void> {
  const { width: w, height: h } = placeFrame(width, height, input);
  const data = await sharp(jpeg).resize(w, h, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
  fillInput({ width: w, height: h, channels: 3, data }, input, placeFrame(w, h, input), values);
}

async function infer(picture: Picture): Promise<Float32Array> {
  fillPlainly(picture);
  const { output } = await session.run({ [input.name]: tensor });
  return output?.data as Float32Array;
}

function readOutput(output: Float32Array): void {
  const boxes = yolox.decode([output], { input, classes: labels.length, threshold });
  const placement = placeFrame(768, 432, input);
  toDetections(boxes, { placement, frameWidth: 768, frameHeight: 432, labels, wanted: undefined, nmsIou });
}

// Copies: the decoder uses its memory again.
const smallPictures: Picture[] = [];
for (const frame of small) {
  const picture = await decode(frame);
  smallPictures.push({ ...picture, data: picture.data.slice() });
}
const outputs: Float32Array[] = [];
for (const picture of smallPictures) outputs.push(await infer(picture));

report(
  'detection-steps',
  'What does each step around inference cost?',
  [
    await cost('decode a 768 × 432 JPEG', small, decode),
    await cost('resize, order and normalise it into the input', smallPictures, fill),
    await cost('… the other way: a plain loop', smallPictures, fillPlainly),
    await cost('the model (YOLOX-nano, 416 × 416)', smallPictures, () => session.run({ [input.name]: tensor })),
    await cost('read the output: decode, suppress overlaps, map back', outputs, readOutput),
    await cost('decode and fill, 768 × 432, together', small, async (frame) => fill(await decode(frame))),
    await cost('… libvips decodes, then fill', small, async (frame) => fill(await decodeWithSharp(frame))),
    await cost('… libvips decodes and resizes, then fill', small, resizeAndPack),
    await cost('decode and fill, 1920 × 1080, together', large, async (frame) => fill(await decode(frame))),
    await cost('… libvips decodes at a quarter, then fill', large, async (frame) => fill(await decodeWithSharp(frame))),
    await cost('… libvips decodes and resizes, then fill', large, resizeAndPack),
  ],
  ['In a detector all of it runs on the inference thread.'],
);
await session.release();
