/**
 * The class with the highest score among `classes` values that lie `stride` apart from `start` on.
 * Of equal scores the first wins.
 */
export function bestClass(
  values: Float32Array,
  start: number,
  classes: number,
  stride: number,
): { classIndex: number; score: number } {
  let classIndex = 0;
  let score = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < classes; i++) {
    const value = values[start + i * stride] ?? Number.NEGATIVE_INFINITY;
    if (value > score) {
      score = value;
      classIndex = i;
    }
  }
  return { classIndex, score };
}
