import type { Box } from '../../topics/result-record.ts';
import { type BlockMotion, blockSize } from './block-motion.ts';

/** What moved between two frames, in numbers that do not depend on the picture's size. */
export interface MotionSummary {
  /** Seconds between the two. */
  seconds: number;
  /** Per person of the frame, in order. */
  people: PersonMotion[];
  /** Of blocks in no box: mean speed and the share that moves, in typical heights of a person a second. */
  outside: number;
  /** Share of all blocks that move. */
  moving: number;
  /** Mean speed of the tenth of blocks that moves most, in heights of whoever is there, or of a typical person, a second. */
  fastest: number;
  /** How much the directions of moving blocks differ, 0 (all alike) to 1. */
  disorder: number;
  /** Mean difference of grey levels, in all and of the tenth that changes most. */
  change: number;
  changeMost: number;
  /** How the picture as a whole moved, heights a second. */
  shake: number;
  field: MotionField;
}

/** The blocks that moved, row by row from the top: all others stood still. It is kept with the state of a camera, so it is short. */
export interface MotionField {
  columns: number;
  rows: number;
  /** Place of the block in its field, and its velocity in pixels of the small picture a second. */
  moving: readonly (readonly [block: number, x: number, y: number])[];
}

export interface PersonMotion {
  /** Mean speed inside the box, heights of the person a second. */
  inside: number;
  /** Mean speed of the blocks around it. */
  around: number;
  /** Fastest block inside. */
  most: number;
  /** Mean difference of grey levels inside. */
  change: number;
}

export interface SummaryOptions {
  motion: BlockMotion;
  seconds: number;
  boxes: readonly Box[];
  /** Of the frame, pixels. */
  width: number;
  /** Of the small picture, pixels. */
  greyWidth: number;
}

/** Where nobody is seen, a person is taken to be so high: a share of the picture's width. */
export const unseenHeight = 0.2;
const movingPixels = 1;

export function summariseMotion({ motion, seconds, boxes, width, greyWidth }: SummaryOptions): MotionSummary {
  const scale = greyWidth / width;
  const heights = boxes
    .map((box) => Math.max(blockSize, Math.sqrt(box.width * box.height) * 1.5 * scale))
    .sort((a, b) => a - b);
  const typical = heights[heights.length >> 1] ?? unseenHeight * greyWidth;
  const speeds = Array.from(motion.dx, (dx, index) => Math.hypot(dx, motion.dy[index] ?? 0));
  const covered = new Float32Array(speeds.length);
  const people = boxes.map((box) => personMotion(motion, speeds, covered, { box, scale, seconds }));
  const relative = speeds.map((speed, index) => speed / (covered[index] || typical)).sort((a, b) => b - a);
  const changes = Array.from(motion.difference).sort((a, b) => b - a);
  const tenth = Math.max(1, Math.round(speeds.length / 10));
  const outside = speeds.filter((_, index) => covered[index] === 0);
  return {
    seconds,
    people,
    outside: mean(outside) / typical / seconds,
    moving: speeds.filter((speed) => speed >= movingPixels).length / Math.max(1, speeds.length),
    fastest: mean(relative.slice(0, tenth)) / seconds,
    disorder: disorderOf(motion, speeds),
    change: mean(changes),
    changeMost: mean(changes.slice(0, tenth)),
    shake: Math.hypot(motion.shakeX, motion.shakeY) / typical / seconds,
    field: fieldOf(motion, seconds),
  };
}

function fieldOf({ columns, rows, dx, dy }: BlockMotion, seconds: number): MotionField {
  const perSecond = (shift: number | undefined) => Math.round((100 * (shift ?? 0)) / seconds) / 100;
  const moving = Array.from(dx, (shift, block) => [block, perSecond(shift), perSecond(dy[block])] as const);
  return { columns, rows, moving: moving.filter(([, x, y]) => x !== 0 || y !== 0) };
}

interface PersonPlace {
  box: Box;
  scale: number;
  seconds: number;
}

/** @param covered how high the tallest person at each block is, pixels of the small picture; 0: nobody. It is filled in. */
function personMotion(
  motion: BlockMotion,
  speeds: readonly number[],
  covered: Float32Array,
  { box, scale, seconds }: PersonPlace,
): PersonMotion {
  const height = Math.max(blockSize, Math.sqrt(box.width * box.height) * 1.5 * scale);
  const inside: number[] = [];
  const around: number[] = [];
  const change: number[] = [];
  const margin = 0.5 * Math.max(box.width, 0.5 * box.height);
  for (const [index, speed] of speeds.entries()) {
    const x = (((index % motion.columns) + 0.5) * blockSize) / scale;
    const y = ((Math.floor(index / motion.columns) + 0.5) * blockSize) / scale;
    const isWithin = (room: number) =>
      x >= box.x - room && x <= box.x + box.width + room && y >= box.y - room && y <= box.y + box.height + room;
    if (isWithin(blockSize / 2 / scale)) {
      inside.push(speed);
      change.push(motion.difference[index] ?? 0);
      covered[index] = Math.max(covered[index] ?? 0, height);
    } else if (isWithin(margin)) around.push(speed);
  }
  const per = height * seconds;
  return {
    inside: mean(inside) / per,
    around: mean(around) / per,
    most: Math.max(0, ...inside) / per,
    change: mean(change),
  };
}

/** One minus the length of the mean direction (circular variance) of what moves. */
function disorderOf({ dx, dy }: BlockMotion, speeds: readonly number[]): number {
  let [x, y, count] = [0, 0, 0];
  for (const [index, speed] of speeds.entries()) {
    if (speed < movingPixels) continue;
    x += (dx[index] ?? 0) / speed;
    y += (dy[index] ?? 0) / speed;
    count++;
  }
  return count < 3 ? 0 : 1 - Math.hypot(x, y) / count;
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}
