import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { RecordProducer } from '../stage/record-producer.ts';
import type { OutgoingRecord } from '../topics/record.ts';

export interface CheckpointWriterOptions {
  clock: Clock;
  logger: Logger;
  open: () => Promise<Pick<RecordProducer, 'send' | 'close'>>;
  /** What to write; undefined when nothing is worth it. */
  take: () => OutgoingRecord | undefined;
}

/** So much of the topic is read again after a crash. */
const everyMs = 30_000;
/** A broker that is gone must not hold up the end. */
const lastWordMs = 500;

/** Writes a checkpoint now and then, and a last one at the end. One that fails is only a slower start. */
export class CheckpointWriter {
  readonly #options: CheckpointWriterOptions;
  #producer: Promise<Pick<RecordProducer, 'send' | 'close'>> | undefined;
  #cancel: () => void;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: CheckpointWriterOptions) {
    this.#options = options;
    this.#cancel = this.#later();
  }

  async close(): Promise<void> {
    this.#cancel();
    await Promise.race([this.#write(), delay(lastWordMs, undefined, { ref: false })]);
    this.#producer?.then(
      (producer) => producer.close({ abort: true }),
      () => {},
    );
  }

  #later(): () => void {
    return this.#options.clock.after(everyMs, () => {
      void this.#write();
      this.#cancel = this.#later();
    });
  }

  #write(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const record = this.#options.take();
      if (!record) return;
      try {
        this.#producer ??= this.#options.open();
        await (await this.#producer).send([record]);
      } catch (error) {
        this.#producer = undefined;
        this.#options.logger.debug(`no checkpoint of the account was written: ${describeError(error)}`);
      }
    });
    return this.#writing;
  }
}
