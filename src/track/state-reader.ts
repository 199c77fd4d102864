import type { VigilError } from '../base/errors.ts';
import { type ConsumerOptions, openRecordConsumer, type RecordConsumer } from '../stage/record-consumer.ts';
import { topicNames } from '../topics/topic-names.ts';
import { decodeTrackState, type TrackState } from './track-state.ts';

/** Follows `track_state`, so that the newest state of every camera is at hand. */
export class StateReader {
  readonly #consumer: RecordConsumer;
  readonly #states = new Map<string, TrackState>();
  readonly #onInvalid: (error: VigilError) => void;
  readonly #waiting = new Set<() => void>();
  readonly #reading: Promise<void>;
  #isClosed = false;

  static async open(
    options: Pick<ConsumerOptions, 'brokers' | 'clientId'>,
    onInvalid: (error: VigilError) => void,
  ): Promise<StateReader> {
    const consumer = await openRecordConsumer({ ...options, topics: [topicNames.trackState], from: 'beginning' });
    return new StateReader(consumer, onInvalid);
  }

  private constructor(consumer: RecordConsumer, onInvalid: (error: VigilError) => void) {
    this.#consumer = consumer;
    this.#onInvalid = onInvalid;
    this.#reading = this.#read();
  }

  /** The states of the cameras of a partition, once the topic was read up to `end`. */
  async of(partition: number, end: bigint): Promise<TrackState[]> {
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
        const state = decodeTrackState(record);
        this.#states.set(state.camera, state);
      } catch (error) {
        this.#onInvalid(error as VigilError);
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
