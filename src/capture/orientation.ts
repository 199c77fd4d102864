import type { Ffmpeg, Frame } from './ffmpeg.ts';

/** How a picture must be turned to stand upright; a filter chain of FFmpeg, empty when it stands. */
export type Turn = '' | 'transpose=clock' | 'transpose=cclock' | 'hflip,vflip' | 'hflip' | 'vflip' | string;

/**
 * Reads a frame's display matrix (phones film sideways and say so there; EXIF's orientation arrives the same way).
 *
 * The matrix is nine native-endian 32-bit integers, row by row: a b u, c d v, x y w; a, b, c, d are 16.16 fixed point.
 * Only quarter turns and mirrors are followed, as no camera writes anything else.
 */
export function turnOf(ffmpeg: Ffmpeg, picture: Frame): Turn {
  const matrix = picture.getSideData(ffmpeg.constants.AV_FRAME_DATA_DISPLAYMATRIX);
  if (!matrix || matrix.length < 36) return '';
  const [a, b, c, d] = [0, 4, 12, 16].map((position) => Math.sign(matrix.readInt32LE(position)));
  return turns[`${a} ${b} ${c} ${d}`] ?? '';
}

const turns: Record<string, Turn> = {
  '1 0 0 1': '',
  '0 1 -1 0': 'transpose=clock',
  '0 -1 1 0': 'transpose=cclock',
  '-1 0 0 -1': 'hflip,vflip',
  '-1 0 0 1': 'hflip',
  '1 0 0 -1': 'vflip',
  '0 1 1 0': 'transpose=cclock_flip',
  '0 -1 -1 0': 'transpose=clock_flip',
};
