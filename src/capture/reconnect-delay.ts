const firstMs = 500;
const longestMs = 30_000;

/**
 * How long to wait before trying a live source again: doubles from half a second to half a minute, spread by ±25 % so
 * that cameras which fell out together do not come back together. A camera that refuses the password is asked slowly
 * from the start: many lock an account after a few wrong passwords.
 *
 * @param failures failed attempts in a row, from 1
 * @param random 0..1
 */
export function reconnectDelayMs(failures: number, refused: boolean, random: number = Math.random()): number {
  const baseMs = refused ? longestMs : Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10));
  return Math.round(baseMs * (0.75 + random * 0.5));
}
