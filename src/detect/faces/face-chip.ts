import { type FacePoint, type FacePoints, facePoints } from '../../topics/face-attribute.ts';
import type { RgbPicture } from '../steps/step.ts';
import { fitSimilarity, type Point, type Similarity, transformPoint } from './similarity.ts';

/** Pixels of a chip's edge. */
export const chipSize = 150;
/** Beside the face on each side, as a share of it. */
const padding = 0.25;

/**
 * Where the points of a mean face are, within the face's square: means over dlib's mean shape of 68 points, on which its
 * network was trained (dlib `render_face_detections.h` and `get_face_chip_details`; eyes are the mean of their six points).
 */
const meanFace: Readonly<Record<FacePoint, Point>> = {
  rightEye: [0.2255, 0.216],
  leftEye: [0.7548, 0.216],
  nose: [0.4901, 0.5156],
  rightMouth: [0.2541, 0.7802],
  leftMouth: [0.7261, 0.7802],
  mouth: [0.4901, 0.7802],
};

/** An aligned face, upright and of one size: red, green, blue by turns, 150 × 150. */
export type FaceChip = Uint8Array;

/** How a face lies in its frame. */
export interface Alignment {
  /** From pixels of the chip to pixels of the frame. */
  toFrame: Similarity;
  /** Root mean square distance of the points from those of the mean face, as a share of the distance of the eyes. */
  turn: number;
  /** Between the eyes, frame pixels. */
  eyesPx: number;
}

/** Fits the mean face to the points of a face. */
export function alignFace(points: FacePoints): Alignment {
  const found = facePoints.flatMap((name) => {
    const point = points[name];
    return point ? [{ point, target: chipPlace(meanFace[name]) }] : [];
  });
  const [targets, places] = [found.map(({ target }) => target), found.map(({ point }) => point)];
  const toFrame = fitSimilarity(targets, places);
  const scale = Math.hypot(toFrame.a, toFrame.b);
  const squares = found.map(({ point, target }) => {
    const [x, y] = transformPoint(toFrame, target);
    return (x - point[0]) ** 2 + (y - point[1]) ** 2;
  });
  const eyesOfMean = (scale * chipSize * (meanFace.leftEye[0] - meanFace.rightEye[0])) / (1 + 2 * padding);
  const { rightEye = [0, 0], leftEye = [0, 0] } = points;
  return {
    toFrame,
    turn: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length) / eyesOfMean,
    eyesPx: Math.hypot(leftEye[0] - rightEye[0], leftEye[1] - rightEye[1]),
  };
}

function chipPlace([x, y]: Point): Point {
  const place = (share: number): number => ((share + padding) / (1 + 2 * padding)) * chipSize;
  return [place(x), place(y)];
}

/**
 * Cuts a face out of its frame. A face larger than the chip is averaged over as many samples as there are pixels to
 * one of the chip in each direction (four at most); outside the frame it is black.
 */
export function cutChip(picture: RgbPicture, { toFrame }: Pick<Alignment, 'toFrame'>): FaceChip {
  const samples = Math.min(4, Math.max(1, Math.round(Math.hypot(toFrame.a, toFrame.b))));
  const sums = new Float32Array(3 * chipSize * chipSize);
  for (let n = 0; n < samples * samples; n++) {
    const right = ((n % samples) + 0.5) / samples - 0.5;
    const down = (Math.trunc(n / samples) + 0.5) / samples - 0.5;
    const [dx, dy] = transformPoint(toFrame, [right, down]);
    addSamples(picture, { ...toFrame, dx, dy }, sums);
  }
  const chip = new Uint8Array(sums.length);
  const share = 1 / (samples * samples);
  // Half more: what is stored is cut off.
  for (let at = 0; at < chip.length; at++) chip[at] = share * (sums[at] as number) + 0.5;
  return chip;
}

/** Adds one bilinear sample to each pixel. Up to 360,000 of them a face: numbers only, calls at the edge of the frame alone. */
function addSamples(picture: RgbPicture, { a, b, dx, dy }: Similarity, sums: Float32Array): void {
  const { data, width, height } = picture;
  const stride = 3 * width;
  const seen: [number, number, number] = [0, 0, 0];
  for (let row = 0, at = 0; row < chipSize; row++) {
    let x = dx - b * row;
    let y = dy + a * row;
    for (let column = 0; column < chipSize; column++, at += 3, x += a, y += b) {
      const left = x | 0;
      const top = y | 0;
      if (x < 0 || y < 0 || left + 1 >= width || top + 1 >= height) {
        sampleEdge(picture, x, y, seen);
        for (let colour = 0; colour < 3; colour++) sums[at + colour] = (sums[at + colour] ?? 0) + (seen[colour] ?? 0);
        continue;
      }
      const w3 = (x - left) * (y - top);
      const w2 = y - top - w3;
      const w1 = x - left - w3;
      const w0 = 1 - (x - left) - w2;
      const u = 3 * left + stride * top;
      const v = u + stride;
      // Written out for each colour: a loop over three takes twice the time.
      sums[at] =
        (sums[at] as number) +
        w0 * (data[u] as number) +
        w1 * (data[u + 3] as number) +
        w2 * (data[v] as number) +
        w3 * (data[v + 3] as number);
      sums[at + 1] =
        (sums[at + 1] as number) +
        w0 * (data[u + 1] as number) +
        w1 * (data[u + 4] as number) +
        w2 * (data[v + 1] as number) +
        w3 * (data[v + 4] as number);
      sums[at + 2] =
        (sums[at + 2] as number) +
        w0 * (data[u + 2] as number) +
        w1 * (data[u + 5] as number) +
        w2 * (data[v + 2] as number) +
        w3 * (data[v + 5] as number);
    }
  }
}

/** A bilinear sample where not all of its four pixels are in the frame: the others are black. */
function sampleEdge({ data, width, height }: RgbPicture, x: number, y: number, seen: [number, number, number]): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  seen.fill(0);
  for (let corner = 0; corner < 4; corner++) {
    const [column, row] = [left + (corner & 1), top + (corner >> 1)];
    if (column < 0 || row < 0 || column >= width || row >= height) continue;
    const weight = (corner & 1 ? x - left : 1 - x + left) * (corner >> 1 ? y - top : 1 - y + top);
    for (const colour of [0, 1, 2] as const) {
      seen[colour] += weight * (data[3 * (row * width + column) + colour] as number);
    }
  }
}

/** Part of the chip that is looked at for sharpness: the face itself. */
const [faceFrom, faceTo] = [30, 120];

/**
 * How sharp a chip is: the variance of its Laplacian (Pech-Pacheco et al. 2000) over that of its brightness, so that dim and
 * pale faces count as others do.
 */
export function chipSharpness(chip: FaceChip): number {
  const grey = new Float32Array(chipSize * chipSize);
  for (let at = 0; at < grey.length; at++) {
    grey[at] = 0.299 * (chip[3 * at] ?? 0) + 0.587 * (chip[3 * at + 1] ?? 0) + 0.114 * (chip[3 * at + 2] ?? 0);
  }
  const [edges, light] = [new Variance(), new Variance()];
  for (let row = faceFrom; row < faceTo; row++) {
    for (let at = row * chipSize + faceFrom; at < row * chipSize + faceTo; at++) {
      const value = grey[at] ?? 0;
      const around =
        (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - chipSize] ?? 0) + (grey[at + chipSize] ?? 0);
      edges.add(around - 4 * value);
      light.add(value);
    }
  }
  return edges.value / Math.max(1, light.value);
}

class Variance {
  #count = 0;
  #sum = 0;
  #squares = 0;

  add(value: number): void {
    this.#count += 1;
    this.#sum += value;
    this.#squares += value * value;
  }

  get value(): number {
    return this.#squares / this.#count - (this.#sum / this.#count) ** 2;
  }
}
