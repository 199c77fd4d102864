import type { RecordsBatch } from '@platformatic/kafka';
import type { IncomingRecord } from '../../topics/record.ts';
import type { TopicPartition } from './sticky-assignment.ts';

const hasAppendTime = 1 << 3;

/**
 * A partition while one reader holds it: how far it is read, and what waits to be handed out. Once ended, for example
 * because the partition belongs to another member of the group, nothing may be published or committed for its records.
 */
export class PartitionLease {
  readonly topic: string;
  readonly partition: number;
  /** What the group had written down beside the offset at which the lease starts. */
  readonly note: string;
  #isHeld = true;
  #fetchOffset: bigint;
  #buffered: IncomingRecord[] = [];
  #taken = 0;
  #bufferedBytes = 0;

  constructor({ topic, partition }: TopicPartition, offset: bigint, note = '') {
    this.topic = topic;
    this.partition = partition;
    this.note = note;
    this.#fetchOffset = offset;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Where the next fetch begins. */
  get fetchOffset(): bigint {
    return this.#fetchOffset;
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  /** The next record to be handed out. */
  get head(): IncomingRecord | undefined {
    return this.#buffered[this.#taken];
  }

  /** Takes the head. */
  shift(): IncomingRecord | undefined {
    const record = this.head;
    if (!record) return undefined;
    this.#taken += 1;
    this.#bufferedBytes -= sizeOf(record);
    if (this.#taken === this.#buffered.length) {
      this.#buffered = [];
      this.#taken = 0;
    }
    return record;
  }

  /** @param next offset after the last batch of the answer, markers and aborted records included */
  receive(batches: readonly RecordsBatch[], next: bigint): void {
    for (const batch of batches) for (const record of recordsOf(this, batch, this.#fetchOffset)) this.#add(record);
    this.#fetchOffset = next;
  }

  /** Goes on from another offset. */
  seek(offset: bigint): void {
    this.#fetchOffset = offset;
  }

  end(): void {
    this.#isHeld = false;
    this.#buffered = [];
    this.#taken = 0;
    this.#bufferedBytes = 0;
  }

  #add(record: IncomingRecord): void {
    this.#buffered.push(record);
    this.#bufferedBytes += sizeOf(record);
  }
}

/** The records of a batch from an offset on: a fetch inside a batch brings the whole of it. */
function* recordsOf(place: TopicPartition, batch: RecordsBatch, from: bigint): Generator<IncomingRecord> {
  const { topic, partition } = place;
  for (const { offsetDelta, timestampDelta, key, value, headers } of batch.records) {
    const offset = batch.firstOffset + BigInt(offsetDelta);
    if (offset < from) continue;
    const timestamp = batch.attributes & hasAppendTime ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta;
    yield {
      topic,
      partition,
      offset,
      timestampMs: Number(timestamp),
      key: key ?? null,
      value: value ?? Buffer.alloc(0),
      headers: new Map(headers.map(([name, text]) => [name?.toString('utf8') ?? '', text?.toString('utf8') ?? ''])),
    };
  }
}

function sizeOf({ value, key }: IncomingRecord): number {
  return value.length + (key?.length ?? 0) + 512;
}
