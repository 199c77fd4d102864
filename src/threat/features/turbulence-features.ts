import { blockSize } from '../motion/block-motion.ts';
import { greyWidth } from '../motion/grey-picture.ts';
import { type MotionField, type MotionSummary, unseenHeight } from '../motion/motion-summary.ts';
import type { SeenMoment } from '../window/moment.ts';
import { sizeOf } from './person-features.ts';
import { mean, quantile } from './statistics.ts';

/** Three maps of the picture over a window, a value for each block, in sizes of whoever is there, or of a typical person, a second. */
interface MotionMaps {
  columns: number;
  rows: number;
  /** Mean speed. */
  speed: number[];
  /** Mean speed less the speed of the mean velocity: what moves to and fro at one place (the fluctuating part of Reynolds). */
  turbulence: number[];
  /** Mean change of velocity from frame to frame. */
  reversal: number[];
}

/**
 * Whether the motion at a place goes somewhere: whoever walks or drives past moves a block one way, a struggle moves it all ways.
 * Nobody need be detected for it. `hot` is the highest mean over an area as large as a person's trunk.
 */
export function turbulenceFeatures(moments: readonly SeenMoment[]): Record<string, number> {
  const motions = moments.flatMap(({ motion }) => (motion ? [motion] : []));
  const size = typicalSize(moments);
  const maps = mapsOf(motions, sizesAt(moments, motions[0]?.field, size));
  if (!maps) return nothing;
  const radius = Math.max(1, Math.round(size / (4 * blockSize)));
  const area = (values: readonly number[]) => areaMeans(values, maps, radius);
  const [speed, turbulence, reversal] = [area(maps.speed), area(maps.turbulence), area(maps.reversal)];
  const hottest = speed.indexOf(Math.max(...speed));
  const most = speed[hottest] ?? 0;
  return {
    ...summary('speed', maps.speed, speed),
    ...summary('turbulence', maps.turbulence, turbulence),
    ...summary('reversal', maps.reversal, reversal),
    'map.turbulentShare': most > 0 ? (turbulence[hottest] ?? 0) / most : 0,
    'map.concentration': most > 0 ? most / mean(maps.speed) : 0,
  };
}

function summary(name: string, values: readonly number[], areas: readonly number[]): Record<string, number> {
  return {
    [`map.${name}.hot`]: Math.max(...areas),
    [`map.${name}.mean`]: mean(values),
    [`map.${name}.90`]: quantile(areas, 0.9),
  };
}

const nothing: Readonly<Record<string, number>> = {
  ...summary('speed', [], [0]),
  ...summary('turbulence', [], [0]),
  ...summary('reversal', [], [0]),
  'map.turbulentShare': 0,
  'map.concentration': 0,
};

/** Of a person, pixels of the small picture. */
function typicalSize(moments: readonly SeenMoment[]): number {
  const frames = moments.flatMap(({ people }) => people);
  const [first] = moments;
  if (!first || frames.length === 0) return unseenHeight * greyWidth;
  return Math.max(blockSize, sizeOf(frames) * (Math.min(greyWidth, first.width) / first.width));
}

/**
 * How large people are at each block, pixels of the small picture: the largest whom it covers in the window. Somebody near
 * would seem to rage if he were measured by those far behind.
 */
function sizesAt(moments: readonly SeenMoment[], field: MotionField | undefined, typical: number): Float32Array {
  const { columns = 0, rows = 0 } = field ?? {};
  const largest = new Float32Array(columns * rows);
  for (const { people, width } of moments) {
    const scale = Math.min(greyWidth, width) / width;
    const place = (pixels: number, most: number) =>
      Math.max(0, Math.min(most, Math.floor((pixels * scale) / blockSize)));
    for (const { box } of people) {
      const size = Math.max(blockSize, sizeOf([{ box }]) * scale);
      for (let row = place(box.y, rows); row < place(box.y + box.height, rows - 1) + 1; row++) {
        for (let column = place(box.x, columns); column < place(box.x + box.width, columns - 1) + 1; column++) {
          const index = row * columns + column;
          largest[index] = Math.max(largest[index] ?? 0, size);
        }
      }
    }
  }
  return largest.map((size) => size || typical);
}

function mapsOf(motions: readonly MotionSummary[], sizes: Float32Array): MotionMaps | undefined {
  const [first] = motions;
  if (!first) return undefined;
  const { columns, rows } = first.field;
  const alike = motions.filter(({ field }) => field.columns === columns && field.rows === rows);
  const fields = alike.map(({ field }) => velocitiesOf(field));
  const blocks = Array.from({ length: columns * rows }, (_, index) => blockOf(fields, index));
  const sizeAt = (index: number) => sizes[index] ?? 1;
  return {
    columns,
    rows,
    speed: blocks.map(({ speed }, index) => speed / sizeAt(index)),
    turbulence: blocks.map(({ speed, drift }, index) => (speed - drift) / sizeAt(index)),
    reversal: blocks.map(({ reversal }, index) => reversal / sizeAt(index)),
  };
}

/** Of all blocks, those that stand still as well. */
interface Velocities {
  x: Float64Array;
  y: Float64Array;
}

function velocitiesOf({ columns, rows, moving }: MotionField): Velocities {
  const field = { x: new Float64Array(columns * rows), y: new Float64Array(columns * rows) };
  for (const [block, x, y] of moving) {
    field.x[block] = x;
    field.y[block] = y;
  }
  return field;
}

/** One block over the window, pixels a second: its mean speed, the speed of its mean velocity, its mean change of velocity. */
function blockOf(fields: readonly Velocities[], index: number) {
  let [speed, driftX, driftY, reversal] = [0, 0, 0, 0];
  let [beforeX, beforeY] = [fields[0]?.x[index] ?? 0, fields[0]?.y[index] ?? 0];
  for (const field of fields) {
    const [x, y] = [field.x[index] ?? 0, field.y[index] ?? 0];
    speed += Math.hypot(x, y);
    driftX += x;
    driftY += y;
    reversal += Math.hypot(x - beforeX, y - beforeY);
    [beforeX, beforeY] = [x, y];
  }
  const count = fields.length;
  return {
    speed: speed / count,
    drift: Math.hypot(driftX, driftY) / count,
    reversal: reversal / Math.max(1, count - 1),
  };
}

/** Each block's mean with its neighbours within so many blocks. */
function areaMeans(values: readonly number[], { columns, rows }: MotionMaps, radius: number): number[] {
  return values.map((_, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    let [sum, count] = [0, 0];
    for (let y = Math.max(0, row - radius); y <= Math.min(rows - 1, row + radius); y++) {
      for (let x = Math.max(0, column - radius); x <= Math.min(columns - 1, column + radius); x++) {
        sum += values[y * columns + x] ?? 0;
        count++;
      }
    }
    return sum / count;
  });
}
