import { isFault } from '../../base/errors.ts';
import { openRecordProducer, type RecordProducer } from '../../stage/record-producer.ts';
import { encodeModelServerStatement, type ModelServerStatement } from '../../topics/model-server-statement.ts';

export interface ServerTellerOptions {
  brokers: readonly string[];
  clientId: string;
}

/** Writes what a detector has to say of its model's server to the ledger: the newest, when several wait. */
export class ServerTeller {
  readonly #options: ServerTellerOptions;
  #producer: Promise<RecordProducer> | undefined;
  #next: ModelServerStatement | undefined;
  #telling: Promise<void> | undefined;

  constructor(options: ServerTellerOptions) {
    this.#options = options;
  }

  /** Never throws: what cannot be told now is told with the next change. */
  tell(statement: ModelServerStatement): void {
    this.#next = statement;
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = undefined;
    });
  }

  async close(): Promise<void> {
    const producer = await this.#producer?.catch(() => undefined);
    await producer?.close({ abort: true });
  }

  async #tellAll(): Promise<void> {
    while (this.#next) {
      const statement = this.#next;
      this.#next = undefined;
      try {
        this.#producer ??= openRecordProducer(this.#options);
        await (await this.#producer).send([encodeModelServerStatement(statement)]);
      } catch (error) {
        if (!isFault(error, 'BROKER_UNREACHABLE')) throw error;
        this.#producer = undefined;
      }
    }
  }
}
