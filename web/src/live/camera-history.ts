import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import { type Columns, RecentValues } from './recent-values.ts';
import { waitingFrames } from './waiting-frames.ts';

/** The last two minutes of a camera. */
export class CameraHistory {
  readonly #recent = new RecentValues<'fps' | 'p50' | 'p99' | 'waiting'>();

  add(account: CameraAccount, atMs: number): void {
    const { fps, latencyMs } = account;
    const { p50, p99 } = latencyMs ?? { p50: null, p99: null };
    this.#recent.add({ fps, p50, p99, waiting: waitingFrames(account) }, atMs);
  }

  get fps(): Columns {
    return this.#recent.columns('fps');
  }

  get latency(): Columns {
    return this.#recent.columns('p50', 'p99');
  }

  get waiting(): Columns {
    return this.#recent.columns('waiting');
  }
}
