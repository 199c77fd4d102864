import type { Box } from '../topics/result-record.ts';
import type { ScenePoint } from '../topics/scene.ts';

/** A point in shares of the picture; may lie outside it. */
export interface Point {
  x: number;
  y: number;
}

/** Where somebody stands: the middle of the box's lower edge, within the picture. */
export function footOf(box: Box, picture: { width: number; height: number }): Point {
  const within = (share: number) => Math.max(0, Math.min(1, share));
  return {
    x: within((box.x + box.width / 2) / picture.width),
    y: within((box.y + box.height) / picture.height),
  };
}

/** Whether the point lies in the polygon, by counting the edges to its left. */
export function isInside({ x, y }: Point, corners: readonly ScenePoint[]): boolean {
  let inside = false;
  let [previousX, previousY] = corners.at(-1) ?? [0, 0];
  for (const [cornerX, cornerY] of corners) {
    const crosses = cornerY > y !== previousY > y;
    const edgeX = previousX + ((y - previousY) / (cornerY - previousY)) * (cornerX - previousX);
    if (crosses && x < edgeX) inside = !inside;
    [previousX, previousY] = [cornerX, cornerY];
  }
  return inside;
}

/** How far the point is to the right of the line, looking along it; negative to the left. Same measure as the points. */
export function rightOf({ x, y }: Point, from: ScenePoint, to: ScenePoint): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  return (dx * (y - from[1]) - dy * (x - from[0])) / Math.max(Number.EPSILON, Math.hypot(dx, dy));
}

/** Where the path from `a` to `b` meets the line through `from` and `to`: 0 at `from`, 1 at `to`. */
export function meetingPlace(a: Point, b: Point, from: ScenePoint, to: ScenePoint): number {
  const [before, after] = [rightOf(a, from, to), rightOf(b, from, to)];
  const share = before / (before - after);
  const at = { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) };
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  return ((at.x - from[0]) * dx + (at.y - from[1]) * dy) / (dx * dx + dy * dy);
}
