export type Point = readonly [x: number, y: number];

/** A turn, a scale and a shift: (x, y) → (a·x − b·y + dx, b·x + a·y + dy). */
export interface Similarity {
  a: number;
  b: number;
  dx: number;
  dy: number;
}

/**
 * The similarity transform that brings `from` nearest to `to`, in the sense of least squares (Umeyama 1991, in two
 * dimensions: points as complex numbers, a regression of one line on the other).
 *
 * @param from at least two different points; as many as `to`
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const [fromX, fromY] = centre(from);
  const [toX, toY] = centre(to);
  let [real, imaginary, squares] = [0, 0, 0];
  for (const [index, [x, y]] of from.entries()) {
    const [u, v] = [x - fromX, y - fromY];
    const [p, q] = [(to[index]?.[0] ?? toX) - toX, (to[index]?.[1] ?? toY) - toY];
    real += u * p + v * q;
    imaginary += u * q - v * p;
    squares += u * u + v * v;
  }
  const [a, b] = [real / squares, imaginary / squares];
  return { a, b, dx: toX - a * fromX + b * fromY, dy: toY - b * fromX - a * fromY };
}

export function transformPoint({ a, b, dx, dy }: Similarity, [x, y]: Point): [x: number, y: number] {
  return [a * x - b * y + dx, b * x + a * y + dy];
}

function centre(points: readonly Point[]): Point {
  const [x, y] = points.reduce<Point>(([sumX, sumY], point) => [sumX + point[0], sumY + point[1]], [0, 0]);
  return [x / points.length, y / points.length];
}
