import { type Delivery, type DeliveryOptions, recordsMade } from './delivery.ts';
import { lingerMs } from './linger.ts';
import { Outbox } from './outbox.ts';
import { openRecordProducer, type RecordProducer } from './record-producer.ts';
import { newestOf, type WorkEntry } from './work-in-hand.ts';

/** Offsets are committed this often while records flow: a crash repeats at most that much work. */
const commitIntervalMs = 250;

/** @throws BROKER_UNREACHABLE when no broker answers */
export async function openAtLeastOnce(options: DeliveryOptions): Promise<Delivery> {
  return new AtLeastOnce(options, await openRecordProducer(options));
}

/**
 * Results first, offsets after: an offset is committed only once everything made from that record, and from all records
 * before it in its partition, has been acknowledged. A crash between the two repeats results.
 */
class AtLeastOnce implements Delivery {
  readonly #options: DeliveryOptions;
  readonly #producer: RecordProducer;
  readonly #outbox: Outbox<WorkEntry>;
  readonly #timer: NodeJS.Timeout;
  #committing: Promise<void> = Promise.resolve();
  /** The newest entry of each partition whose offset is to be committed. */
  #uncommitted: WorkEntry[] = [];

  constructor(options: DeliveryOptions, producer: RecordProducer) {
    this.#options = options;
    this.#producer = producer;
    this.#outbox = new Outbox({
      send: (entries) => this.#send(entries),
      onSettled: options.onSettled,
      onFailure: options.onFailure,
    });
    this.#timer = setInterval(() => this.#commitSoon(), commitIntervalMs);
  }

  get waiting(): number {
    return this.#outbox.waiting;
  }

  begun(): void {}

  finished(entry: WorkEntry, { hasBacklog }: { hasBacklog: boolean }): void {
    this.#outbox.add(entry, { hasBacklog, lingerMs: lingerMs(entry.record, Date.now()) });
  }

  flush(): void {
    this.#outbox.flush();
  }

  async settle(): Promise<void> {
    await this.#outbox.empty();
    await this.#commitSoon();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#producer.close({ abort: true });
  }

  async #send(entries: readonly WorkEntry[]): Promise<void> {
    const held = entries.filter(({ record }) => record.lease.isHeld);
    await this.#producer.send(recordsMade(held, this.#options));
    for (const entry of held) entry.isDone = true;
  }

  /** One commit at a time; what finishes meanwhile, or could not be committed, goes into the next. */
  #commitSoon(): Promise<void> {
    this.#committing = this.#committing.then(async () => {
      const left = this.#uncommitted.filter(({ record }) => record.lease.isHeld);
      this.#uncommitted = newestOf([...left, ...this.#options.work.takeDone()]);
      if (this.#uncommitted.length === 0) return;
      await this.#options.consumer
        .commit(this.#uncommitted.map(({ record }) => record))
        .then(() => (this.#uncommitted = []), this.#options.onInterruption);
    });
    return this.#committing;
  }
}
