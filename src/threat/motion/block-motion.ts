import type { GreyPicture } from './grey-picture.ts';

/** Motion between two small grey pictures, in blocks of `blockSize` pixels. */
export interface BlockMotion {
  columns: number;
  rows: number;
  /** Displacement of each block, pixels of the small picture; the picture's own shake is taken out. */
  dx: Float32Array;
  dy: Float32Array;
  /** Mean absolute difference of each block from the one at the same place, grey levels; a change of light is taken out. */
  difference: Float32Array;
  /** How the picture as a whole moved: a camera that was shaken or turned. */
  shakeX: number;
  shakeY: number;
}

export const blockSize = 8;
/** Farthest displacement that is looked for, pixels. */
const reach = 6;
/** A block without structure moves nowhere: its mean absolute deviation, grey levels. */
const leastTexture = 4;
/** What a displaced match must gain over staying put, grey levels a pixel. */
const leastGain = 1.5;

/** Of the second picture: two that judge the same results measure it once. */
const measured = new WeakMap<GreyPicture, { before: GreyPicture; motion: BlockMotion }>();

/** As `matchBlocks`, which is not asked twice about the same two pictures. */
export function motionBetween(before: GreyPicture, now: GreyPicture): Readonly<BlockMotion> {
  const known = measured.get(now);
  if (known?.before === before) return known.motion;
  const motion = matchBlocks(before, now);
  measured.set(now, { before, motion });
  return motion;
}

/** Full search block matching on the sum of absolute differences. */
export function matchBlocks(before: GreyPicture, now: GreyPicture): BlockMotion {
  const columns = Math.floor(now.width / blockSize);
  const rows = Math.floor(now.height / blockSize);
  const light = meanDifference(before.pixels, now.pixels);
  const motion: BlockMotion = {
    columns,
    rows,
    dx: new Float32Array(columns * rows),
    dy: new Float32Array(columns * rows),
    difference: new Float32Array(columns * rows),
    shakeX: 0,
    shakeY: 0,
  };
  const textured: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      const [left, top] = [column * blockSize, row * blockSize];
      motion.difference[index] =
        blockDifference(before, now, left, top, 0, 0, light, Number.POSITIVE_INFINITY) / blockSize ** 2;
      if (texture(now, left, top) < leastTexture) continue;
      textured.push(index);
      const [dx, dy] = bestMatch(before, now, left, top, light);
      motion.dx[index] = dx;
      motion.dy[index] = dy;
    }
  }
  return withoutShake(motion, textured);
}

/** Most of a scene stands still: the median displacement is the camera's. */
function withoutShake(motion: BlockMotion, textured: readonly number[]): BlockMotion {
  motion.shakeX = median(textured.map((index) => motion.dx[index] ?? 0));
  motion.shakeY = median(textured.map((index) => motion.dy[index] ?? 0));
  for (const index of textured) {
    motion.dx[index] = (motion.dx[index] ?? 0) - motion.shakeX;
    motion.dy[index] = (motion.dy[index] ?? 0) - motion.shakeY;
  }
  return motion;
}

/** @returns where the block came from, as a displacement since then */
function bestMatch(before: GreyPicture, now: GreyPicture, left: number, top: number, light: number): [number, number] {
  const stay = blockDifference(before, now, left, top, 0, 0, light, Number.POSITIVE_INFINITY);
  let best = stay - leastGain * blockSize ** 2;
  let [bestX, bestY] = [0, 0];
  for (let dy = -reach; dy <= reach; dy++) {
    if (top - dy < 0 || top - dy + blockSize > before.height) continue;
    for (let dx = -reach; dx <= reach; dx++) {
      if ((dx === 0 && dy === 0) || left - dx < 0 || left - dx + blockSize > before.width) continue;
      const sum = blockDifference(before, now, left, top, dx, dy, light, best);
      if (sum < best) {
        best = sum;
        bestX = dx;
        bestY = dy;
      }
    }
  }
  return bestX === 0 && bestY === 0 ? [0, 0] : betweenPixels(before, now, { left, top, dx: bestX, dy: bestY, light });
}

interface Match {
  left: number;
  top: number;
  dx: number;
  dy: number;
  light: number;
}

/**
 * Where between the pixels the match is best: the vertex of a parabola through the sums at the place and on either side of it.
 * Somebody far away moves by a pixel now and none then; whole pixels would make a struggle of that.
 */
function betweenPixels(before: GreyPicture, now: GreyPicture, { left, top, dx, dy, light }: Match): [number, number] {
  const sumAt = (x: number, y: number) => {
    const isInside =
      left - x >= 0 && left - x + blockSize <= before.width && top - y >= 0 && top - y + blockSize <= before.height;
    return isInside ? blockDifference(before, now, left, top, x, y, light, Number.POSITIVE_INFINITY) : undefined;
  };
  const here = sumAt(dx, dy);
  return [
    dx + vertex(sumAt(dx - 1, dy), here, sumAt(dx + 1, dy)),
    dy + vertex(sumAt(dx, dy - 1), here, sumAt(dx, dy + 1)),
  ];
}

/** @returns −½ … ½, from the middle; 0 where it cannot be told */
function vertex(less: number | undefined, middle: number | undefined, more: number | undefined): number {
  if (less === undefined || middle === undefined || more === undefined) return 0;
  const bend = less - 2 * middle + more;
  return bend > 0 ? Math.max(-0.5, Math.min(0.5, (less - more) / (2 * bend))) : 0;
}

/** @param enough ends the sum early once it is larger */
function blockDifference(
  before: GreyPicture,
  now: GreyPicture,
  left: number,
  top: number,
  dx: number,
  dy: number,
  light: number,
  enough: number,
): number {
  let sum = 0;
  for (let y = 0; y < blockSize && sum < enough; y++) {
    let at = (top + y) * now.width + left;
    let from = (top + y - dy) * before.width + left - dx;
    for (let x = 0; x < blockSize; x++, at++, from++) {
      const difference = (now.pixels[at] as number) - (before.pixels[from] as number) - light;
      sum += difference < 0 ? -difference : difference;
    }
  }
  return sum;
}

function texture(picture: GreyPicture, left: number, top: number): number {
  let sum = 0;
  for (let y = 0; y < blockSize; y++)
    for (let x = 0; x < blockSize; x++) sum += picture.pixels[(top + y) * picture.width + left + x] as number;
  const mean = sum / blockSize ** 2;
  let deviation = 0;
  for (let y = 0; y < blockSize; y++) {
    for (let x = 0; x < blockSize; x++)
      deviation += Math.abs((picture.pixels[(top + y) * picture.width + left + x] as number) - mean);
  }
  return deviation / blockSize ** 2;
}

/** Median difference of a sample of pixels: by how much the light changed. */
function meanDifference(before: Uint8Array, now: Uint8Array): number {
  const step = Math.max(1, Math.floor(now.length / 509));
  const sample: number[] = [];
  for (let index = 0; index < now.length; index += step) sample.push((now[index] ?? 0) - (before[index] ?? 0));
  return median(sample);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
