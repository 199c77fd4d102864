import { type PartitionWindow, readCommittedBatches } from '../../audit/committed-batches.ts';
import type { RawFetcher } from '../../audit/raw-fetcher.ts';
import { isFault } from '../../base/errors.ts';
import type { IncomingRecord } from '../../topics/record.ts';
import { decodeResult, type Result } from '../../topics/result-record.ts';
import type { RecordBatch } from '../../wire/record-batch.ts';
import { type BatchRecord, batchRecords } from '../../wire/records.ts';

export interface ReadResultsOptions {
  fetcher: RawFetcher;
  window: PartitionWindow;
  detector: string;
  /** Only frames of this camera. */
  camera?: string | undefined;
  /** Only frames captured from here on. */
  sinceUs?: number | undefined;
  /** Called for one after the other; what it returns is waited for. */
  onResult(result: Result): Promise<void>;
}

/** Reads one detector's results of one partition of `processed_images`, in their order. */
export async function readResults(options: ReadResultsOptions): Promise<void> {
  const { fetcher, window, detector, camera, sinceUs = 0, onResult } = options;
  await readCommittedBatches(fetcher, { ...window }, async (batch) => {
    for (const record of batchRecords(batch)) {
      const result = resultOf(record, batch, window, detector);
      if (!result || (camera !== undefined && result.frame.camera !== camera)) continue;
      if (result.frame.capturedAtUs >= sinceUs) await onResult(result);
    }
  });
}

/** Undefined for what another detector says, and for what is no result. */
function resultOf(
  record: BatchRecord,
  batch: RecordBatch,
  { topic, partition }: PartitionWindow,
  detector: string,
): Result | undefined {
  const headers = new Map(record.headers.map(({ key, value }) => [key, value?.toString('utf8') ?? '']));
  if (headers.get('detector') !== detector) return undefined;
  const offset = batch.baseOffset + BigInt(record.offsetDelta);
  const incoming: IncomingRecord = {
    topic,
    partition,
    offset,
    timestampMs: 0,
    key: null,
    value: record.value ?? Buffer.alloc(0),
    headers,
  };
  try {
    return decodeResult(incoming);
  } catch (error) {
    if (isFault(error, 'RECORD_INVALID')) return undefined;
    throw error;
  }
}

/** The picture that a frame's reference names; undefined when retention has removed it. */
export async function fetchPicture(fetcher: RawFetcher, frameRef: string): Promise<Buffer | undefined> {
  const [, topic = '', partition, offset] = /^(.+)\/(\d+)\/(\d+)$/.exec(frameRef) ?? [];
  const at = Number(offset);
  let found: Buffer | undefined;
  const window = { topic, partition: Number(partition), start: at, end: at + 1, isCutOff: false };
  await readCommittedBatches(fetcher, window, (batch) => {
    for (const record of batchRecords(batch)) {
      if (batch.baseOffset + BigInt(record.offsetDelta) === BigInt(at)) found = Buffer.from(record.value ?? []);
    }
  });
  return found;
}
