export interface PictureSize {
  width: number;
  height: number;
}

/**
 * The size of the JPEG for a picture: upright, with square pixels, no wider than wanted and never larger than it came.
 * The height keeps the aspect; both are even once anything had to be scaled.
 *
 * @param pixelAspect width of one pixel divided by its height, in the picture as stored
 */
export function scaledSize(
  stored: PictureSize,
  options: { quarterTurned: boolean; pixelAspect: number; maxWidth: number },
): PictureSize {
  const { quarterTurned, pixelAspect, maxWidth } = options;
  const square = {
    width: stored.width * Math.min(1, pixelAspect),
    height: stored.height / Math.max(1, pixelAspect),
  };
  const upright = quarterTurned ? { width: square.height, height: square.width } : square;
  const scale = Math.min(1, maxWidth / upright.width);
  if (scale === 1 && pixelAspect === 1) return upright;
  const width = Math.max(2, 2 * Math.floor((upright.width * scale + 0.001) / 2));
  return { width, height: Math.max(2, 2 * Math.round((width * upright.height) / upright.width / 2)) };
}
