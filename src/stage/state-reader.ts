import type { VigilError } from '../base/errors.ts';
import type { IncomingRecord } from '../topics/record.ts';
import { type ConsumerOptions, openRecordConsumer, type RecordConsumer } from './record-consumer.ts';

/** What a stage needs to go on with one camera. */
export interface CameraState {
  camera: string;
  /** The camera's partition of the topic that the stage reads. */
  partition: number;
}

export interface StateReaderOptions<S extends CameraState> extends Pick<ConsumerOptions, 'brokers' | 'clientId'> {
  topic: string;
  /** @throws RECORD_INVALID */
  decode: (record: IncomingRecord) => S;
  onInvalid: (error: VigilError) => void;
}

/** Follows a topic of states, so that the newest state of every camera is at hand. */
export class StateReader<S extends CameraState> {
  readonly #consumer: RecordConsumer;
  readonly #options: StateReaderOptions<S>;
  readonly #states = new Map<string, S>();
  readonly #waiting = new Set<() => void>();
  readonly #reading: Promise<void>;
  #isClosed = false;

  static async open<S extends CameraState>(options: StateReaderOptions<S>): Promise<StateReader<S>> {
    const { brokers, clientId, topic } = options;
    const consumer = await openRecordConsumer({ brokers, clientId, topics: [topic], from: 'beginning' });
    return new StateReader(consumer, options);
  }

  private constructor(consumer: RecordConsumer, options: StateReaderOptions<S>) {
    this.#consumer = consumer;
    this.#options = options;
    this.#reading = this.#read();
  }

  get topic(): string {
    return this.#options.topic;
  }

  /** The states of the cameras of a partition, once the topic was read up to `end`. */
  async of(partition: number, end: bigint): Promise<S[]> {
    while (this.#position() < end && !this.#isClosed) await this.#change();
    return [...this.#states.values()].filter((state) => state.partition === partition);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#consumer.close();
    await this.#reading;
  }

  #position(): bigint {
    return this.#consumer.positions()[0]?.offset ?? -1n;
  }

  async #read(): Promise<void> {
    for await (const record of this.#consumer) {
      try {
        const state = this.#options.decode(record);
        this.#states.set(state.camera, state);
      } catch (error) {
        this.#options.onInvalid(error as VigilError);
      }
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    }
  }

  /** A marker at the end of the topic is read without a record that tells of it. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      setTimeout(resolve, 20);
    });
  }
}
