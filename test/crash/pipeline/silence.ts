import { openRecordConsumer, type RecordConsumer } from '../../../src/stage/record-consumer.ts';

/** Listens to a topic as any subscriber does, and tells for how long nothing came. */
export class Silence {
  readonly #consumer: RecordConsumer;
  #lastMs = performance.now();
  #longestMs = 0;
  /** Since the last `take`. */
  #count = 0;

  static async listen(brokers: readonly string[], topic: string): Promise<Silence> {
    return new Silence(await openRecordConsumer({ brokers, clientId: 'listener', topics: [topic], from: 'end' }));
  }

  private constructor(consumer: RecordConsumer) {
    this.#consumer = consumer;
    void this.#listen();
  }

  /** The longest silence since the last call, milliseconds. */
  take(): number {
    const longestMs = Math.max(this.#longestMs, performance.now() - this.#lastMs);
    this.#longestMs = 0;
    this.#count = 0;
    this.#lastMs = performance.now();
    return Math.round(longestMs);
  }

  /** Nothing came for a second. */
  get isSilent(): boolean {
    return performance.now() - this.#lastMs > 1000 || this.#count === 0;
  }

  close(): Promise<void> {
    return this.#consumer.close();
  }

  async #listen(): Promise<void> {
    for await (const _ of this.#consumer) {
      const nowMs = performance.now();
      this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs);
      this.#lastMs = nowMs;
      this.#count++;
    }
  }
}
