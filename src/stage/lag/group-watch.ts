import type { Clock } from '../../base/clock.ts';
import type { GroupAccount } from '../../topics/group-account.ts';
import { CounterRate } from './counter-rate.ts';
import { GroupBook, rateWindowMs, type WatchedGroup } from './group-book.ts';
import type { LagReading, LagSource, LagView } from './lag-source.ts';
import { OffsetTimes } from './offset-times.ts';
import { RecordSize } from './record-size.ts';
import type { RetentionLimits } from './retention-horizon.ts';

export interface GroupWatchOptions {
  groups: readonly WatchedGroup[];
  /** Opened by the first look, and anew after a failed one. */
  open: () => LagSource;
  clock: Clock;
  /** Warn when retention would reach unread frames within this time. */
  horizonSeconds: number;
  /** What is kept, where the topic's own configs do not say so. */
  limits?: RetentionLimits;
  /** Time that one worker is busy with one frame of this detector; undefined until known. */
  secondsPerFrame?: (detector: string) => number | undefined;
  /** Workers that a group needs, as things are. */
  wanted?: (account: GroupAccount) => number | undefined;
  onAccounts: (accounts: readonly GroupAccount[], view: LagView, source: LagSource) => void | Promise<void>;
  /** The broker does not answer; the watch goes on by itself. */
  onTrouble: (error: unknown) => void;
  intervalMs?: number;
}

/** Ages at which the log is asked where its end was, so that a backlog from before this watch has an age too. */
const seedAgesMs = [1, 3, 10, 30, 60, 180, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 72 * 3600].map(
  (seconds) => seconds * 1000,
);

/** Looks at the log of frames and at its groups once a second, and says how each group stands. */
export class GroupWatch {
  readonly #options: Required<Pick<GroupWatchOptions, 'intervalMs'>> & GroupWatchOptions;
  readonly #books: readonly { watched: WatchedGroup; book: GroupBook }[];
  readonly #times = new Map<number, OffsetTimes>();
  readonly #in = new CounterRate(rateWindowMs);
  readonly #size = new RecordSize();
  #source: LagSource | undefined;
  #cancel = () => {};
  #isClosed = false;
  #looking: Promise<void>;

  constructor(options: GroupWatchOptions) {
    this.#options = { intervalMs: 1000, ...options };
    this.#books = options.groups.map((watched) => ({ watched, book: new GroupBook(watched) }));
    this.#looking = this.#look();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#looking;
    await this.#source?.close();
  }

  async #look(): Promise<void> {
    const { clock, intervalMs, onTrouble } = this.#options;
    try {
      this.#source ??= this.#options.open();
      const reading = await this.#source.read(this.#books.map(({ watched }) => watched.group));
      await this.#learnTimes(reading, this.#source);
      if (!this.#isClosed) await this.#tell(reading, this.#source);
    } catch (error) {
      const source = this.#source;
      this.#source = undefined;
      await source?.close();
      if (!this.#isClosed) onTrouble(error);
    }
    if (this.#isClosed) return;
    this.#cancel = clock.after(intervalMs, () => {
      this.#looking = this.#look();
    });
  }

  async #learnTimes({ partitions }: LagReading, source: LagSource): Promise<void> {
    const isFirst = this.#times.size === 0 && partitions.length > 0;
    const nowMs = this.#options.clock.nowMs();
    for (const { partition, endOffset } of partitions) {
      const times = this.#times.get(partition) ?? new OffsetTimes();
      this.#times.set(partition, times);
      times.add(endOffset, nowMs);
    }
    if (!isFirst) return;
    for (const ageMs of seedAgesMs) {
      for (const [partition, offset] of await source.offsetsAt(nowMs - ageMs))
        this.#times.get(partition)?.add(offset, nowMs - ageMs);
    }
  }

  async #tell(reading: LagReading, source: LagSource): Promise<void> {
    const { clock, limits = reading.limits, horizonSeconds, secondsPerFrame, wanted } = this.#options;
    const monotonicMs = clock.monotonicMs();
    this.#size.saw(reading.partitions);
    this.#in.look(
      reading.partitions.reduce((sum, each) => sum + each.endOffset, 0),
      monotonicMs,
    );
    const general = {
      nowMs: clock.nowMs(),
      monotonicMs,
      times: this.#times,
      limits,
      horizonSeconds,
      recordBytes: this.#size.bytes,
    };
    const accounts = this.#books.map(({ watched, book }) => {
      const busy = secondsPerFrame?.(watched.detector);
      const context = { ...general, inPerSecond: this.#in.perSecond, secondsPerFrame: busy, wanted: undefined };
      const account = book.account(reading, context);
      return { ...account, wanted: wanted?.(account) ?? null };
    });
    this.#forget(reading);
    await this.#options.onAccounts(accounts, { ...reading, recordBytes: this.#size.bytes }, source);
  }

  /** Nobody asks for the time of a frame that every group has read. */
  #forget({ partitions, groups }: LagReading): void {
    for (const { partition, startOffset } of partitions) {
      const positions = [...groups.values()].map(({ committed }) => committed.get(partition) ?? startOffset);
      if (positions.length > 0) this.#times.get(partition)?.forgetBefore(Math.min(...positions));
    }
  }
}
