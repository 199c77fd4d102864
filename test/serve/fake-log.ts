import type { ConsumerOptions, RecordConsumer } from '../../src/stage/record-consumer.ts';
import { encodeSessionStatement, type SessionStatement } from '../../src/topics/ledger-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { encodeResult, type Result } from '../../src/topics/result-record.ts';

/** A log in memory that readers follow as they follow Kafka: what was written stays and can be read again. */
export class FakeLog {
  readonly #records: IncomingRecord[] = [];
  readonly #waiting = new Set<() => void>();
  /** While true, opening a reader fails as it does without a broker. */
  isDown = false;
  /** Every reader that was opened. */
  readonly opened: ConsumerOptions[] = [];

  readonly open = async (options: ConsumerOptions): Promise<RecordConsumer> => {
    if (this.isDown) throw new Error('no broker answers');
    this.opened.push(options);
    return this.#reader(options);
  };

  state(statement: SessionStatement): void {
    this.append(encodeSessionStatement(statement), statement.statedAtUs / 1000);
  }

  answer(result: Result, jpeg: Buffer | undefined, timestampMs = Date.now()): void {
    this.append(encodeResult(result, jpeg, 1), timestampMs);
  }

  /** A producer that writes here, as servers keep their checkpoints. */
  readonly openProducer = async () => ({
    send: async (records: readonly OutgoingRecord[]) => {
      for (const record of records) this.append(record, Date.now());
    },
    close: async () => {},
  });

  append(record: OutgoingRecord, timestampMs: number): void {
    this.#records.push({
      topic: record.topic,
      partition: 0,
      offset: BigInt(this.#records.length),
      timestampMs,
      key: record.key === undefined ? null : Buffer.from(record.key),
      value: record.value,
      headers: record.headers,
    });
    for (const wake of this.#waiting) wake();
  }

  /** The record at an offset, as stores look pictures up. */
  readonly batchAt = async ({ topic, offset }: { topic: string; offset: bigint }): Promise<IncomingRecord[]> => {
    const record = this.#records[Number(offset)];
    return record?.topic === topic ? [record] : [];
  };

  /** Where the next record will lie. */
  get end(): number {
    return this.#records.length;
  }

  #reader({ topics, from }: ConsumerOptions): RecordConsumer {
    const firstMs = typeof from === 'object' && 'timestampMs' in from ? from.timestampMs : 0;
    const firstOffset = (topic: string): bigint => {
      if (typeof from !== 'object') return 0n;
      if ('positions' in from) return from.positions.get(`${topic}:0`) ?? 0n;
      return 'offsets' in from ? (from.offsets.get(0) ?? 0n) : 0n;
    };
    const closing = Promise.withResolvers<void>();
    let isClosed = false;
    const wanted = (record: IncomingRecord) =>
      topics.includes(record.topic) && record.timestampMs >= firstMs && record.offset >= firstOffset(record.topic);
    const next = (): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      return Promise.race([promise, closing.promise]).finally(() => this.#waiting.delete(resolve));
    };
    const records = this.#records;
    return {
      positions: () => [],
      async *[Symbol.asyncIterator]() {
        for (let index = 0; !isClosed; ) {
          const record = records[index];
          if (!record) await next();
          else {
            index++;
            if (wanted(record)) yield record;
          }
        }
      },
      commit: async () => {},
      close: async () => {
        isClosed = true;
        closing.resolve();
      },
    };
  }
}

/** A statement of a running file camera, changed as the test needs. */
export function statement(change: Partial<SessionStatement> = {}): SessionStatement {
  const nowUs = Date.now() * 1000;
  return {
    camera: 'entrance',
    session: 's1',
    state: 'running',
    live: false,
    source: 'yard.mp4',
    openedAtUs: nowUs,
    statedAtUs: nowUs,
    width: 320,
    height: 180,
    fps: 10,
    captured: 0,
    published: 0,
    lost: {},
    reconnects: 0,
    ...change,
  };
}

/** A result of one frame with one box, changed as the test needs. */
export function result(frame: number, change: Partial<Result> & { camera?: string; session?: string } = {}): Result {
  const { camera = 'entrance', session = 's1', ...rest } = change;
  return {
    frame: { camera, session, frame, capturedAtUs: Date.now() * 1000, ptsUs: frame * 100_000, width: 320, height: 180 },
    frameRef: `raw_video_frames/0/${frame}`,
    detector: 'people@1',
    inferenceUs: 1000,
    detections: [{ label: 'person', score: 0.9, box: { x: 10, y: 10, width: 40, height: 80 } }],
    ...rest,
  };
}
