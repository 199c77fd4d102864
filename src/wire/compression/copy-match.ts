import { WireError } from '../codec/wire-error.ts';

/**
 * Repeats `length` bytes that begin `distance` bytes before `position`. The two ranges may overlap: a distance of 1 repeats
 * one byte.
 *
 * @throws WireError `corrupt-compression` when the source lies before the output's start, or the copy passes `end`
 */
export function copyMatch(output: Buffer, position: number, distance: number, length: number, end: number): void {
  if (distance < 1 || distance > position) {
    throw new WireError(
      'corrupt-compression',
      `A match reaches ${distance} bytes back after ${position} bytes of output.`,
    );
  }
  if (position + length > end) {
    throw new WireError('corrupt-compression', `A match of ${length} bytes at ${position} passes the end at ${end}.`);
  }
  if (distance >= length) {
    output.copyWithin(position, position - distance, position - distance + length);
    return;
  }
  for (let i = 0; i < length; i++) output[position + i] = output[position + i - distance] as number;
}
