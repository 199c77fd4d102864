/** A point of the picture in shares of its width and height: 0, 0 is the top left corner, 1, 1 the bottom right one. */
export type ScenePoint = readonly [x: number, y: number];

/** A part of the picture, by the corners of a polygon. */
export interface Zone {
  name: string;
  corners: readonly ScenePoint[];
}

/**
 * A line that is crossed in two directions. Looking from `from` towards `to`, in is from the left to the right hand.
 */
export interface Line {
  name: string;
  from: ScenePoint;
  to: ScenePoint;
}

/** What is drawn over a camera's picture: where things are, and what is not looked at. */
export interface Scene {
  zones: readonly Zone[];
  lines: readonly Line[];
  /** Polygons: what stands in one of them is not followed. */
  masks: readonly (readonly ScenePoint[])[];
}

export const emptyScene: Scene = { zones: [], lines: [], masks: [] };
