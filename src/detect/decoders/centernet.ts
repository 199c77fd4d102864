import type { Decoder } from './decoder.ts';

/** The model itself keeps this many peaks of its heat map. */
const peaks = 100;
const rowLength = 6;

/**
 * CenterNet (Zhou et al., 2019) with its decoding inside the model: one output float32[1 × 100 × 6]; a row is left, top,
 * right, bottom in input pixels, score 0..1, class number. Highest score first.
 */
export const centernet: Decoder = {
  outputShapes() {
    return [[1, peaks, rowLength]];
  },

  decode([values = new Float32Array()], { classes, threshold }) {
    const boxes = [];
    for (let at = 0; at < peaks * rowLength; at += rowLength) {
      const [left = 0, top = 0, right = 0, bottom = 0, score = 0, classNumber = 0] = values.subarray(
        at,
        at + rowLength,
      );
      const classIndex = Math.round(classNumber);
      if (!(score >= threshold) || classIndex < 0 || classIndex >= classes) continue;
      boxes.push({ classIndex, score, left, top, right, bottom });
    }
    return boxes;
  },
};
