import type { Decoder } from './decoder.ts';

const strides = [8, 16, 32] as const;
const pointNumbers = 10;

/**
 * YuNet (Wu, Peng, Yu, 2023): for each stride s of 8, 16, 32 a grid of cells, row by row, in four outputs; all outputs of one
 * kind come together, in the order class score, objectness, box, points:
 *
 *     centre x = (x + column) × s    width  = e^w × s    score = √(class score × objectness)
 *     centre y = (y + row)    × s    height = e^h × s    point = (p + column or row) × s
 *
 * Points: right eye, left eye (the person's own), tip of the nose, right and left corner of the mouth.
 */
export const yunet: Decoder = {
  outputShapes({ input }) {
    const cells = strides.map((stride) => (input.width / stride) * (input.height / stride));
    return [1, 1, 4, pointNumbers].flatMap((numbers) => cells.map((count) => [1, count, numbers]));
  },

  decode(outputs, { input, threshold }) {
    const [empty, boxes] = [new Float32Array(), []] as [Float32Array, ReturnType<Decoder['decode']>];
    for (const [level, stride] of strides.entries()) {
      const [classes = empty, objects = empty, places = empty, points = empty] = [0, 3, 6, 9].map(
        (kind) => outputs[kind + level],
      );
      const columns = input.width / stride;
      for (let cell = 0; cell < classes.length; cell++) {
        const score = Math.sqrt(clamp(classes[cell]) * clamp(objects[cell]));
        if (!(score >= threshold)) continue;
        const [column, row] = [cell % columns, Math.floor(cell / columns)];
        const [x = 0, y = 0, w = 0, h = 0] = places.subarray(4 * cell, 4 * cell + 4);
        const [centreX, centreY] = [(x + column) * stride, (y + row) * stride];
        const [halfWidth, halfHeight] = [(Math.exp(w) * stride) / 2, (Math.exp(h) * stride) / 2];
        boxes.push({
          classIndex: 0,
          score,
          left: centreX - halfWidth,
          top: centreY - halfHeight,
          right: centreX + halfWidth,
          bottom: centreY + halfHeight,
          points: Array.from(
            points.subarray(pointNumbers * cell, pointNumbers * (cell + 1)),
            (value, index) => (value + (index % 2 === 0 ? column : row)) * stride,
          ),
        });
      }
    }
    return boxes;
  },
};

function clamp(value = 0): number {
  return Math.min(1, Math.max(0, value));
}
