export interface LoadNow {
  inPerSecond: number;
  secondsPerFrame: number;
  /** Frames that wait. */
  lagRecords: number;
}

/** A backlog should be gone within this time. */
const drainSeconds = 60;

/**
 * Workers that keep up, as a fraction: frames per second × seconds per frame ÷ target load.
 *
 * @param targetLoad share of its time that a worker is to be busy, 0..1; the rest takes up peaks
 */
export function workersToKeepUp(framesPerSecond: number, secondsPerFrame: number, targetLoad: number): number {
  return (framesPerSecond * secondsPerFrame) / targetLoad;
}

/**
 * Workers that keep up and drain the backlog within a minute. A second's worth of frames is no backlog: these are the
 * frames in hand and those that wait for the next commit. Draining may load workers wholly.
 */
export function workersNeeded({ inPerSecond, secondsPerFrame, lagRecords }: LoadNow, targetLoad: number): number {
  const backlog = Math.max(0, lagRecords - inPerSecond);
  const toDrain = workersToKeepUp(inPerSecond + backlog / drainSeconds, secondsPerFrame, 1);
  return Math.max(workersToKeepUp(inPerSecond, secondsPerFrame, targetLoad), toDrain);
}
