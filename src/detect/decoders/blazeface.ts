import type { Decoder } from './decoder.ts';

/** Grids of the model: cells of so many input pixels, and anchors in the middle of each. */
const grids = [
  { stride: 16, anchors: 2 },
  { stride: 32, anchors: 6 },
] as const;
const numbers = 16;

/**
 * BlazeFace (Bazarevsky et al., 2019) of 256 × 256: scores (logits) of both grids, then boxes and points of both, in input
 * pixels from the middle of the cell:
 *
 *     row: x, y of the centre, width, height, then x, y of right eye, left eye, nose, mouth, right ear, left ear
 */
export const blazeface: Decoder = {
  outputShapes({ input }) {
    const rows = grids.map(({ stride, anchors }) => anchors * (input.width / stride) * (input.height / stride));
    return [...rows.map((count) => [1, count, 1]), ...rows.map((count) => [1, count, numbers])];
  },

  decode(outputs, { input, threshold }) {
    const boxes = [];
    for (const [index, { stride, anchors }] of grids.entries()) {
      const [scores, rows] = [outputs[index] ?? [], outputs[index + grids.length] ?? new Float32Array()];
      const columns = input.width / stride;
      for (const [anchor, logit] of scores.entries()) {
        const score = 1 / (1 + Math.exp(-logit));
        if (!(score >= threshold)) continue;
        const cell = Math.floor(anchor / anchors);
        const [centreX, centreY] = [((cell % columns) + 0.5) * stride, (Math.floor(cell / columns) + 0.5) * stride];
        const [x = 0, y = 0, width = 0, height = 0, ...points] = rows.subarray(
          anchor * numbers,
          (anchor + 1) * numbers,
        );
        boxes.push({
          classIndex: 0,
          score,
          left: centreX + x - width / 2,
          top: centreY + y - height / 2,
          right: centreX + x + width / 2,
          bottom: centreY + y + height / 2,
          points: points.map((value, at) => value + (at % 2 === 0 ? centreX : centreY)),
        });
      }
    }
    return boxes;
  },
};
