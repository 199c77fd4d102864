import type { CameraAccount } from '../../../src/topics/camera-account.ts';

/**
 * Frames that were captured and are neither answered, skipped nor lost, on their way to the log included: so that what is shown
 * always adds up. (The ledger's own `waiting` begins at the log.)
 */
export function waitingFrames({ captured, lost, results, skipped }: CameraAccount): number {
  return Math.max(0, captured - lost - results - skipped);
}
