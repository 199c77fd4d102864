import type { ModelInput } from '../models/manifest.ts';

/**
 * Where a frame lies in the model's input: x(input) = x(frame) × scaleX + left, and likewise for y. Pixels.
 */
export interface Placement {
  left: number;
  top: number;
  /** Size of the frame inside the input, whole pixels. */
  width: number;
  height: number;
  scaleX: number;
  scaleY: number;
}

/** Lays a frame of the given size (pixels) into the input as its `fit` says. */
export function placeFrame(
  width: number,
  height: number,
  input: Pick<ModelInput, 'width' | 'height' | 'fit'>,
): Placement {
  if (input.fit === 'stretch') {
    const [scaleX, scaleY] = [input.width / width, input.height / height];
    return { left: 0, top: 0, width: input.width, height: input.height, scaleX, scaleY };
  }
  const scale = Math.min(input.width / width, input.height / height);
  const placedWidth = Math.max(1, Math.min(input.width, Math.round(width * scale)));
  const placedHeight = Math.max(1, Math.min(input.height, Math.round(height * scale)));
  const centred = input.fit === 'letterbox-centre';
  return {
    left: centred ? Math.floor((input.width - placedWidth) / 2) : 0,
    top: centred ? Math.floor((input.height - placedHeight) / 2) : 0,
    width: placedWidth,
    height: placedHeight,
    // From the rounded size, so that the frame's edges map onto each other exactly.
    scaleX: placedWidth / width,
    scaleY: placedHeight / height,
  };
}
