import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import { waitingFrames } from '../live/waiting-frames.ts';

/** The account over all cameras. */
export interface Totals {
  captured: number;
  results: number;
  /** On their way: captured, and neither answered, skipped nor lost. */
  waiting: number;
  failed: number;
  skipped: number;
  lost: number;
  doubled: number;
  fps: number;
  /** Every source has ended, and every frame has its result. */
  isComplete: boolean;
}

export function totalsOf(cameras: readonly CameraAccount[]): Totals {
  const sum = (value: (account: CameraAccount) => number) => cameras.reduce((total, each) => total + value(each), 0);
  return {
    captured: sum((each) => each.captured),
    results: sum((each) => each.results),
    waiting: sum(waitingFrames),
    failed: sum((each) => each.failed),
    skipped: sum((each) => each.skipped),
    lost: sum((each) => each.lost),
    doubled: sum((each) => each.doubled),
    fps: sum((each) => each.fps),
    isComplete: cameras.length > 0 && cameras.every((each) => each.complete),
  };
}
