import type { RecordProducer } from '../../src/stage/record-producer.ts';
import { decodeFrame, type Frame } from '../../src/topics/frame-record.ts';
import { decodeSessionStatement, type SessionStatement } from '../../src/topics/ledger-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { topicNames } from '../../src/topics/topic-names.ts';

/** Keeps what is published, as a broker would; can be told to refuse, and lets a test wait for what it expects. */
export class FakeProducer implements RecordProducer {
  readonly trouble = undefined;
  readonly frames: Frame[] = [];
  readonly statements: SessionStatement[] = [];
  /** Thrown by every `send` while set. */
  refusal: Error | undefined;
  /** Awaited by every `send` before it is acknowledged. */
  gate: Promise<void> = Promise.resolve();
  /** Awaited by those of frames. */
  frameGate: Promise<void> = Promise.resolve();
  partitions = 12;
  closed = false;
  #changed = Promise.withResolvers<void>();

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.refusal) throw this.refusal;
    await this.gate;
    if (records.some(({ topic }) => topic === topicNames.rawVideoFrames)) await this.frameGate;
    for (const record of records) this.#keep(record);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async partitionsOf(): Promise<number> {
    return this.partitions;
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** The newest statement. */
  get last(): SessionStatement | undefined {
    return this.statements.at(-1);
  }

  /** Resolves when `isThere` holds; rejects after `timeoutMs`. */
  async until(isThere: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
    const deadline = AbortSignal.timeout(timeoutMs);
    const late = new Promise<never>((_, reject) => {
      deadline.addEventListener('abort', () => reject(new Error(`waited ${timeoutMs} ms in vain for ${what}`)));
    });
    late.catch(() => undefined);
    while (!isThere()) await Promise.race([this.#changed.promise, late]);
  }

  #keep(record: OutgoingRecord): void {
    const incoming = { ...record, key: null, offset: 0n, timestampMs: 0, partition: record.partition ?? 0 };
    if (record.topic === topicNames.rawVideoFrames) this.frames.push(decodeFrame(incoming satisfies IncomingRecord));
    else this.statements.push(decodeSessionStatement(incoming));
  }
}
