/** Waits between attempts: 1 s, 2 s, 4 s … up to a minute. */
const firstMs = 1000;
const longestMs = 60_000;

/**
 * How long to wait after an attempt that failed. Half of it is chance, so that many that failed together do not come back
 * together.
 *
 * @param attempts how many there were, from 1
 * @param random 0 to 1
 */
export function backOffMs(attempts: number, random: number): number {
  const whole = Math.min(longestMs, firstMs * 2 ** (attempts - 1));
  return whole / 2 + (whole / 2) * random;
}
