import type { Clock } from '../base/clock.ts';
import type { LedgerSnapshot } from '../topics/camera-account.ts';

export interface SnapshotTickerOptions<T extends LedgerSnapshot> {
  clock: Clock;
  /** Grows when the account changed. */
  revision: () => number;
  take: (nowMs: number) => T;
  onSnapshot: (snapshot: T) => void;
  /** Called at every tick, after any snapshot. */
  onTick: () => void;
}

const tickMs = 200;
/** Rates fall by themselves when nothing comes any more; whoever listens learns at least this often that all is well. */
const idleMs = 1_000;

/** Takes a snapshot five times per second while the account changes, and once per second otherwise. */
export function startSnapshotTicker<T extends LedgerSnapshot>(options: SnapshotTickerOptions<T>): () => void {
  const { clock, revision, take, onSnapshot, onTick } = options;
  let shownRevision = -1;
  let shownAtMs = Number.NEGATIVE_INFINITY;
  let cancel = () => {};
  const tick = () => {
    const isDue = revision() !== shownRevision || clock.monotonicMs() - shownAtMs >= idleMs;
    if (isDue) {
      shownRevision = revision();
      shownAtMs = clock.monotonicMs();
      onSnapshot(take(clock.nowMs()));
    }
    onTick();
    cancel = clock.after(tickMs, tick);
  };
  tick();
  return () => cancel();
}
