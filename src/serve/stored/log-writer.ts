import { fault } from '../../base/errors.ts';
import type { RecordProducer } from '../../stage/record-producer.ts';
import type { OutgoingRecord } from '../../topics/record.ts';

type Producer = Pick<RecordProducer, 'send' | 'close'>;

/** Writes what people say on the page into the log. Connects with the first word: most servers never have one. */
export class LogWriter {
  readonly #open: (() => Promise<Producer>) | undefined;
  #producer: Promise<Producer> | undefined;

  constructor(open: (() => Promise<Producer>) | undefined) {
    this.#open = open;
  }

  /** Resolves once the log has it. @throws BROKER_UNREACHABLE */
  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    if (!this.#open) throw fault('BROKER_UNREACHABLE', 'this server writes to no broker');
    this.#producer ??= this.#open();
    try {
      await (await this.#producer).send([...records]);
    } catch (error) {
      const failed = this.#producer;
      this.#producer = undefined;
      void failed?.then((producer) => producer.close({ abort: true })).catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#producer?.then((producer) => producer.close({ abort: true })).catch(() => {});
  }
}
