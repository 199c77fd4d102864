import { bestClass } from './best-class.ts';
import type { Decoder } from './decoder.ts';

const strides = [8, 16, 32] as const;

/**
 * YOLOX (Ge et al., 2021): one output float32[1 × cells × (5 + classes)]; the cells of stride 8 come first, then 16
 * and 32, each grid row by row. A cell's row is x, y, w, h, objectness, then the class scores:
 *
 *     centre x = (x + column) × stride    width  = e^w × stride    score = objectness × best class score
 *     centre y = (y + row)    × stride    height = e^h × stride
 */
export const yolox: Decoder = {
  outputShapes({ input, classes }) {
    const cells = strides.reduce((sum, stride) => sum + (input.width / stride) * (input.height / stride), 0);
    return [[1, cells, 5 + classes]];
  },

  decode([values = new Float32Array()], { input, classes, threshold }) {
    const boxes = [];
    const rowLength = 5 + classes;
    let at = 0;
    for (const stride of strides) {
      const columns = input.width / stride;
      const cells = columns * (input.height / stride);
      for (let cell = 0; cell < cells; cell++, at += rowLength) {
        const objectness = values[at + 4] ?? 0;
        // A class score is at most 1: most cells end here.
        if (objectness < threshold) continue;
        const best = bestClass(values, at + 5, classes, 1);
        const score = objectness * best.score;
        if (score < threshold) continue;
        const [x = 0, y = 0, w = 0, h = 0] = values.subarray(at, at + 4);
        const centreX = (x + (cell % columns)) * stride;
        const centreY = (y + Math.floor(cell / columns)) * stride;
        const [halfWidth, halfHeight] = [(Math.exp(w) * stride) / 2, (Math.exp(h) * stride) / 2];
        boxes.push({
          classIndex: best.classIndex,
          score,
          left: centreX - halfWidth,
          top: centreY - halfHeight,
          right: centreX + halfWidth,
          bottom: centreY + halfHeight,
        });
      }
    }
    return boxes;
  },
};
