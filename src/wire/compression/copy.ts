import { WireError } from '../codec/wire-error.ts';

/** Below this a loop is quicker than calling `copyWithin` or `copy`. */
const worthACallBytes = 32;

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
  if (length < worthACallBytes) {
    for (let i = 0; i < length; i++) output[position + i] = output[position + i - distance] as number;
    return;
  }
  let copied = 0;
  while (copied < length) {
    const step = Math.min(distance + copied, length - copied);
    output.copyWithin(position + copied, position - distance, position - distance + step);
    copied += step;
  }
}

/**
 * Copies `length` bytes of the input from `from` on.
 *
 * @throws WireError `corrupt-compression` when the input ends before, or the copy passes `end`
 */
export function copyLiteral(
  input: Buffer,
  from: number,
  length: number,
  to: { readonly output: Buffer; readonly position: number; readonly end: number },
): void {
  const { output, position, end } = to;
  if (from + length > input.length || position + length > end) {
    throw new WireError(
      'corrupt-compression',
      `${length} literal bytes at ${position} pass the end of input or output.`,
    );
  }
  if (length >= worthACallBytes) {
    input.copy(output, position, from, from + length);
    return;
  }
  for (let i = 0; i < length; i++) output[position + i] = input[from + i] as number;
}
