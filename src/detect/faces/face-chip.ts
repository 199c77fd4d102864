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
  const chip = new Uint8Array(3 * chipSize * chipSize);
  const scale = Math.hypot(toFrame.a, toFrame.b);
  const samples = Math.min(4, Math.max(1, Math.round(scale)));
  const sampler = new Sampler(picture);
  for (let row = 0; row < chipSize; row++) {
    for (let column = 0; column < chipSize; column++) {
      sampler.clear();
      for (let at = 0; at < samples * samples; at++) {
        const x = column + ((at % samples) + 0.5) / samples - 0.5;
        const y = row + (Math.floor(at / samples) + 0.5) / samples - 0.5;
        sampler.add(toFrame.a * x - toFrame.b * y + toFrame.dx, toFrame.b * x + toFrame.a * y + toFrame.dy);
      }
      sampler.write(chip, 3 * (row * chipSize + column), samples * samples);
    }
  }
  return chip;
}

/** Adds up bilinear samples of a picture. */
class Sampler {
  readonly #data: Uint8Array;
  readonly #width: number;
  readonly #height: number;
  #red = 0;
  #green = 0;
  #blue = 0;

  constructor({ data, width, height }: RgbPicture) {
    this.#data = data;
    this.#width = width;
    this.#height = height;
  }

  clear(): void {
    this.#red = 0;
    this.#green = 0;
    this.#blue = 0;
  }

  add(x: number, y: number): void {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    if (left < -1 || top < -1 || left >= this.#width || top >= this.#height) return;
    const [right, down] = [x - left, y - top];
    this.#addPixel(left, top, (1 - right) * (1 - down));
    this.#addPixel(left + 1, top, right * (1 - down));
    this.#addPixel(left, top + 1, (1 - right) * down);
    this.#addPixel(left + 1, top + 1, right * down);
  }

  #addPixel(x: number, y: number, weight: number): void {
    if (x < 0 || y < 0 || x >= this.#width || y >= this.#height) return;
    const at = 3 * (y * this.#width + x);
    this.#red += weight * (this.#data[at] as number);
    this.#green += weight * (this.#data[at + 1] as number);
    this.#blue += weight * (this.#data[at + 2] as number);
  }

  write(chip: FaceChip, at: number, samples: number): void {
    chip[at] = Math.round(this.#red / samples);
    chip[at + 1] = Math.round(this.#green / samples);
    chip[at + 2] = Math.round(this.#blue / samples);
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
