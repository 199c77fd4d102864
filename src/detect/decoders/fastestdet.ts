import { bestClass } from './best-class.ts';
import type { Decoder } from './decoder.ts';

/** Input pixels per cell. */
const stride = 16;

/**
 * FastestDet: one output float32[1 × (5 + classes) × rows × columns], a plane per value, in the order objectness,
 * r0..r3, class scores (all scores 0..1):
 *
 *     centre x = (column + tanh r0) / columns    width  = sigmoid r2    score = objectness^0.6 × best class score^0.4
 *     centre y = (row    + tanh r1) / rows       height = sigmoid r3    (lengths as fractions of the input)
 */
export const fastestdet: Decoder = {
  outputShapes({ input, classes }) {
    return [[1, 5 + classes, input.height / stride, input.width / stride]];
  },

  decode([values = new Float32Array()], { input, classes, threshold }) {
    const boxes = [];
    const columns = input.width / stride;
    const plane = columns * (input.height / stride);
    for (let cell = 0; cell < plane; cell++) {
      const objectness = (values[cell] ?? 0) ** 0.6;
      if (objectness < threshold) continue;
      const best = bestClass(values, 5 * plane + cell, classes, plane);
      const score = objectness * best.score ** 0.4;
      // Written so that a score that is not a number (a negative class score) is left out too.
      if (!(score >= threshold)) continue;
      const value = (index: number): number => values[(1 + index) * plane + cell] ?? 0;
      const centreX = ((cell % columns) + Math.tanh(value(0))) * stride;
      const centreY = (Math.floor(cell / columns) + Math.tanh(value(1))) * stride;
      const halfWidth = (sigmoid(value(2)) * input.width) / 2;
      const halfHeight = (sigmoid(value(3)) * input.height) / 2;
      boxes.push({
        classIndex: best.classIndex,
        score,
        left: centreX - halfWidth,
        top: centreY - halfHeight,
        right: centreX + halfWidth,
        bottom: centreY + halfHeight,
      });
    }
    return boxes;
  },
};

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
