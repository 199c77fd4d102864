import { randomUUID } from 'node:crypto';
import { describeError, isFault } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { RunningPart } from '../../stage/part.ts';
import { type GroupConsumer, openGroupConsumer } from '../../stage/record-consumer.ts';
import { openRecordProducer, type RecordProducer } from '../../stage/record-producer.ts';
import { encodeEvent } from '../../topics/event-record.ts';
import type { TrackEvent } from '../../topics/event-schema.ts';
import { encodeGapStatement } from '../../topics/gap-statement.ts';
import type { IncomingRecord } from '../../topics/record.ts';
import { topicNames } from '../../topics/topic-names.ts';
import { type UrgentDesk, type UrgentEvent, urgentGroup } from './urgent-desk.ts';

export interface UrgentLoopOptions {
  brokers: readonly string[];
  desk: UrgentDesk;
  /** See `ThreatOptions.instance`. */
  instance: string | undefined;
  /** Whether an event is to be written: somebody may have told of that moment. */
  isNews: (event: TrackEvent) => boolean;
  onTold: (event: TrackEvent) => void;
  logger: Logger;
}

const tickMs = 50;
const commitMs = 1000;

/**
 * Reads results as a member of the group `threat-urgent` and writes what is suspected at once, without a transaction. Offsets are committed
 * after the events: after a crash one may be written twice, under one id, and the windows begin anew.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function openUrgentLoop(options: UrgentLoopOptions): Promise<RunningPart> {
  const { brokers, instance = randomUUID(), logger } = options;
  const onInterruption = (error: unknown) => logger.warn(`${describeError(error)}; going on`);
  const common = { brokers, clientId: urgentGroup };
  const producer = await openRecordProducer(common);
  try {
    const consumer = await openGroupConsumer({
      ...common,
      groupId: urgentGroup,
      groupInstanceId: `${urgentGroup}-${instance}`,
      topics: [topicNames.processedImages],
      from: 'committed',
      onInterruption,
    });
    return new UrgentLoop(options, consumer, producer);
  } catch (cause) {
    await producer.close();
    throw cause;
  }
}

class UrgentLoop implements RunningPart {
  readonly done: Promise<void>;
  readonly #options: UrgentLoopOptions;
  readonly #consumer: GroupConsumer;
  readonly #producer: RecordProducer;
  readonly #timers: NodeJS.Timeout[];
  /** The last record of each partition that was worked on and not committed. */
  readonly #read = new Map<number, IncomingRecord>();
  #turn: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(options: UrgentLoopOptions, consumer: GroupConsumer, producer: RecordProducer) {
    this.#options = options;
    this.#consumer = consumer;
    this.#producer = producer;
    const { desk } = options;
    this.#timers = [
      setInterval(() => void this.#inTurn(async () => this.#tell(await desk.tick())).catch(this.#warn), tickMs),
      setInterval(() => void this.#inTurn(() => this.#commit()).catch(this.#warn), commitMs),
    ];
    this.done = this.#run();
    this.done.catch(() => {});
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  readonly #warn = (error: unknown) => this.#options.logger.warn(`${describeError(error)}; going on`);

  async #run(): Promise<void> {
    for await (const record of this.#consumer) await this.#inTurn(() => this.#take(record));
  }

  /** One thing after the other: what comes in, and what has waited. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #take(record: IncomingRecord): Promise<void> {
    try {
      await this.#tell(await this.#options.desk.add(record));
    } catch (error) {
      if (!isFault(error, 'RECORD_INVALID')) throw error;
      this.#options.logger.warn(`${describeError(error)}; it is passed over`);
    }
    this.#read.set(record.partition, record);
  }

  async #tell(told: readonly UrgentEvent[]): Promise<void> {
    const news = told.filter(({ event }) => this.#options.isNews(event));
    if (news.length === 0) return;
    await this.#producer.send(news.map(({ event, resultAtUs }) => encodeEvent(event, resultAtUs)));
    for (const { event } of news) this.#options.onTold(event);
  }

  async #commit(): Promise<void> {
    const passedOver = this.#options.desk.takePassedOver();
    const records = [...this.#read.values()];
    this.#read.clear();
    if (passedOver.length > 0) await this.#producer.send(passedOver.map(encodeGapStatement));
    if (records.length > 0) await this.#consumer.commit(records);
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#inTurn(() => this.#commit()).catch(this.#warn);
    await this.#consumer.close();
    await this.#producer.close();
  }
}
