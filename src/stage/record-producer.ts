import type { OutgoingRecord } from '../topics/record.ts';

export interface RecordProducer {
  /**
   * Publishes records with acks=all, idempotently. Calls keep their order inside a partition. While a request is under
   * way further calls gather into the next one: batches under load, no waiting when idle.
   *
   * @returns when the broker has acknowledged all of them
   * @throws BROKER_UNREACHABLE after the client's retries; the records were then not acknowledged
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Number of partitions of a topic. @throws BROKER_UNREACHABLE */
  partitionsOf(topic: string): Promise<number>;
  close(): Promise<void>;
}

export interface ProducerOptions {
  /** `host:port` of one or more brokers. */
  brokers: readonly string[];
  clientId: string;
}

/** @throws BROKER_UNREACHABLE when no broker answers */
export async function openRecordProducer(_options: ProducerOptions): Promise<RecordProducer> {
  throw new Error('being written');
}
