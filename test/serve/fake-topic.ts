import type { LagReading, LagSource } from '../../src/stage/lag/lag-source.ts';
import type { FakeClock } from '../support/fake-clock.ts';

/** One partition, ten frames a second in, two out; retention of five minutes. */
export class FakeTopic implements LagSource {
  readonly #clock: FakeClock;
  constructor(clock: FakeClock) {
    this.#clock = clock;
  }
  async read(): Promise<LagReading> {
    const seconds = this.#clock.nowMs() / 1000;
    const endOffset = Math.floor(seconds * 10);
    return {
      partitions: [{ partition: 0, startOffset: 0, endOffset, sizeBytes: endOffset * 50_000 }],
      groups: new Map([['detect-people@1', { committed: new Map([[0, Math.floor(seconds * 2)]]), members: 1 }]]),
      limits: { retentionMs: 300_000, retentionBytes: -1 },
    };
  }
  async offsetsAt(): Promise<Map<number, number>> {
    return new Map();
  }
  async deleteBefore(): Promise<void> {}
  async close(): Promise<void> {}
}
