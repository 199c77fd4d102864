import { randomUUID } from 'node:crypto';
import { wallClockUs } from '../../base/clock.ts';
import { fault, isFault } from '../../base/errors.ts';
import { type AskReply, decodeReply, encodeRequest } from '../../topics/ask-record.ts';
import { type AskTask, answerGroup } from '../../topics/ask-task.ts';
import { topicNames } from '../../topics/topic-names.ts';
import { membersOf } from '../kafka-admin.ts';
import { openRecordConsumer, type RecordConsumer } from '../record-consumer.ts';
import { openRecordProducer, type RecordProducer } from '../record-producer.ts';

export interface AskOptions {
  brokers: readonly string[];
  clientId: string;
}

/** A picture must fit into a record, and headers with it. */
export const maxPictureBytes = 15 * 2 ** 20;

/** Asks, and hears the answers: of several answers to one question the first counts. */
export class Asker {
  readonly #options: AskOptions;
  readonly #producer: RecordProducer;
  readonly #replies: RecordConsumer;
  readonly #waiting = new Map<string, (reply: AskReply) => void>();
  readonly #reading: Promise<void>;

  /** @throws BROKER_UNREACHABLE */
  static async open(options: AskOptions): Promise<Asker> {
    const replies = await openRecordConsumer({ ...options, topics: [topicNames.replies], from: 'end' });
    try {
      return new Asker(options, await openRecordProducer(options), replies);
    } catch (error) {
      await replies.close();
      throw error;
    }
  }

  private constructor(options: AskOptions, producer: RecordProducer, replies: RecordConsumer) {
    this.#options = options;
    this.#producer = producer;
    this.#replies = replies;
    this.#reading = this.#read();
  }

  /**
   * @param picture a JPEG or PNG as it came
   * @throws ASK_NO_WORKER when nobody who could answer is there, ASK_TIMEOUT, ASK_REFUSED when the picture is too large,
   *   BROKER_UNREACHABLE
   */
  async ask(task: AskTask, picture: Buffer, timeoutMs: number): Promise<AskReply> {
    if (picture.length > maxPictureBytes || picture.length === 0) {
      throw fault('ASK_REFUSED', `a picture of ${picture.length} bytes, expected 1 to ${maxPictureBytes}`);
    }
    const workers = await membersOf({ ...this.#options, groupId: answerGroup(task) });
    if (workers === 0) throw fault('ASK_NO_WORKER', `nobody is there who answers ${task}`);
    const correlationId = randomUUID();
    const answered = Promise.withResolvers<AskReply>();
    this.#waiting.set(correlationId, answered.resolve);
    const timer = setTimeout(() => {
      const there = `${workers} ${workers === 1 ? 'worker is' : 'workers are'} there for ${task}`;
      answered.reject(fault('ASK_TIMEOUT', `no answer within ${timeoutMs} ms; ${there}`));
    }, timeoutMs);
    try {
      const nowUs = wallClockUs();
      const expiresAtUs = nowUs + Math.ceil(timeoutMs * 1000);
      const sent = this.#producer.send([encodeRequest({ task, correlationId, expiresAtUs, picture }, nowUs)]);
      sent.catch((error: unknown) => answered.reject(error));
      return await answered.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(correlationId);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#replies.close(), this.#producer.close({ abort: true })]);
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const record of this.#replies) {
      try {
        const reply = decodeReply(record);
        this.#waiting.get(reply.correlationId)?.(reply);
      } catch (error) {
        // Somebody else's record; whoever waits for an answer hears that none came.
        if (!isFault(error, 'RECORD_INVALID')) throw error;
      }
    }
  }
}
