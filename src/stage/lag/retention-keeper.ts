import type { GroupAccount } from '../../topics/group-account.ts';
import type { LagSource, LagView } from './lag-source.ts';
import { deletable, mustHold } from './retention-hold.ts';
import type { RetentionLimits } from './retention-horizon.ts';

export interface RetentionKeeperOptions {
  limits: RetentionLimits;
  /** Consumer groups that must have read a frame before it may go. */
  completeGroups: readonly string[];
  nowMs: () => number;
  onHold: (isHeld: boolean) => void;
}

/** Segments are deleted now and then only: so are records. */
const deleteEvery = 5;

/**
 * Does retention's work for a topic whose frames are held: deletes what is over the limits and read by every complete
 * group, and lets cameras hold when that is not enough.
 */
export class RetentionKeeper {
  readonly #options: RetentionKeeperOptions;
  #isHeld = false;
  #looks = 0;

  constructor(options: RetentionKeeperOptions) {
    this.#options = options;
  }

  /** @throws BROKER_UNREACHABLE */
  async saw(accounts: readonly GroupAccount[], view: LagView, source: LagSource): Promise<void> {
    const { limits, completeGroups, nowMs, onHold } = this.#options;
    const isHeld = mustHold(this.#isHeld, accounts, limits, view.partitions.length);
    if (isHeld !== this.#isHeld) onHold(isHeld);
    this.#isHeld = isHeld;
    if (this.#looks++ % deleteEvery !== 0) return;
    const isTimed = limits.retentionMs >= 0;
    const expired = isTimed ? await source.offsetsAt(nowMs() - limits.retentionMs) : new Map<number, number>();
    const before = deletable(view, completeGroups, limits, expired);
    if (before.size > 0) await source.deleteBefore(before);
  }
}
