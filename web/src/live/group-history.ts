import type { GroupAccount } from '../../../src/topics/group-account.ts';
import { type Columns, RecentValues } from './recent-values.ts';

/** The last two minutes of a group of detectors. */
export class GroupHistory {
  readonly #recent = new RecentValues<'in' | 'out' | 'lag'>();

  add({ inPerSecond, outPerSecond, lagRecords }: GroupAccount, atMs: number): void {
    this.#recent.add({ in: inPerSecond, out: outPerSecond, lag: lagRecords }, atMs);
  }

  /** Out, then in. */
  get rates(): Columns {
    return this.#recent.columns('out', 'in');
  }

  get lag(): Columns {
    return this.#recent.columns('lag');
  }
}
