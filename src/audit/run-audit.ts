import { committedOffsets, describeTopic, listGroups, listTopics, offsetsAtTime } from '../stage/kafka-admin.ts';
import { topicNames } from '../topics/topic-names.ts';
import type { RecordBatch } from '../wire/record-batch.ts';
import { type AuditReport, auditReport } from './audit-report.ts';
import { type PartitionWindow, readCommittedBatches } from './committed-batches.ts';
import { compareBooks } from './compare-books.ts';
import { RawFetcher } from './raw-fetcher.ts';
import { Recount } from './recount.ts';

export interface AuditOptions {
  brokers: readonly string[];
  /** Only this camera; left out: all. */
  camera?: string;
  /** Count frames written from here on, milliseconds since 1970; left out: all that the log holds. */
  sinceMs?: number;
  /** Detectors (`name@version`) that are to look at a camera, beside those that have. */
  expected?: (camera: string) => readonly string[];
  /** Told now and then how much was read. */
  onProgress?: (records: number) => void;
}

const clientId = 'vigil-audit';
/** Of live detectors, and of replays. */
const detectorGroup = /^(?:detect|replay)-(.+@\d+)$/;
/** Clocks of the machines that capture and detect may differ by so much. */
const clockSkewMs = 60_000;

/**
 * Recounts from the topics themselves. On a running system all ends are fixed at the start, in an order that makes
 * what they hold belong together: what a group has committed has its results before the end of `processed_images`, and
 * what has a result or was stated as published lies before the end of `raw_video_frames`.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function runAudit(options: AuditOptions): Promise<AuditReport> {
  const startedAt = performance.now();
  const committed = await committedByDetector(options);
  const { ledger, results, deadLetters, frames } = await windowsOf(options);
  const [newerLedger] = await windowsOfTopic(options, topicNames.ledger);
  const recount = new Recount({ camera: options.camera, frames, committed });
  const fetcher = new RawFetcher(options.brokers, clientId);
  const read = new WindowReader(fetcher, recount, options.onProgress);
  try {
    await read.all(frames, (batch, window) => recount.takeFrames(batch, window));
    const statedEnd = ledger[0]?.end ?? 0;
    await read.all(newerLedger ? [newerLedger] : [], (batch, window) =>
      recount.takeLedger(batch, window, Number(batch.baseOffset) >= statedEnd),
    );
    await read.all(results, (batch, window) => recount.takeResults(batch, window));
    await read.all(deadLetters, (batch, window) => recount.takeDeadLetters(batch, window));
  } finally {
    await fetcher.close();
  }
  compareBooks({ books: recount.books, results, expected: options.expected ?? (() => []) });
  return auditReport(recount, [...frames, ...results, ...ledger, ...deadLetters], {
    atMs: Date.now(),
    tookMs: performance.now() - startedAt,
  });
}

class WindowReader {
  readonly #fetcher: RawFetcher;
  readonly #recount: Recount;
  readonly #onProgress: ((records: number) => void) | undefined;

  constructor(fetcher: RawFetcher, recount: Recount, onProgress: ((records: number) => void) | undefined) {
    this.#fetcher = fetcher;
    this.#recount = recount;
    this.#onProgress = onProgress;
  }

  async all(
    windows: readonly PartitionWindow[],
    take: (batch: RecordBatch, window: PartitionWindow) => void,
  ): Promise<void> {
    for (const window of windows) {
      const reached = await readCommittedBatches(this.#fetcher, window, (batch) => take(batch, window));
      if (reached < window.end) this.#leftOpen(window, reached);
      this.#onProgress?.(this.#recount.records);
    }
  }

  #leftOpen({ topic, partition, end }: PartitionWindow, reached: number): void {
    const detail = `an open transaction keeps offsets ${reached} to ${end - 1} from being read`;
    this.#recount.books.findings.add({ kind: 'unreadable' }, { id: `${topic}/${partition}/${reached}`, detail });
  }
}

async function committedByDetector({ brokers }: AuditOptions): Promise<Map<string, Map<number, number>>> {
  const asked = { brokers, clientId };
  const found = new Map<string, Map<number, number>>();
  for (const groupId of await listGroups(asked)) {
    const detector = detectorGroup.exec(groupId)?.[1];
    if (detector === undefined) continue;
    const offsets = await committedOffsets({ ...asked, groupId, topic: topicNames.rawVideoFrames });
    found.set(detector, new Map([...offsets].map(([partition, offset]) => [partition, Number(offset)])));
  }
  return found;
}

async function windowsOf(options: AuditOptions) {
  const ledger = await windowsOfTopic(options, topicNames.ledger);
  const results = await windowsOfTopic(options, topicNames.processedImages, clockSkewMs);
  const deadLetters = await windowsOfTopic(options, topicNames.deadLetters);
  const frames = await windowsOfTopic(options, topicNames.rawVideoFrames, 0);
  return { ledger, results, deadLetters, frames };
}

/** @param skewMs given: the window begins so long before the time asked for */
async function windowsOfTopic(options: AuditOptions, topic: string, skewMs?: number): Promise<PartitionWindow[]> {
  const { brokers, sinceMs } = options;
  const asked = { brokers, clientId };
  // Asking for a topic creates it on many brokers.
  if (!(await listTopics(asked)).includes(topic)) return [];
  const { partitions } = await describeTopic({ ...asked, topic });
  const isFromStart = sinceMs === undefined || skewMs === undefined;
  const starts = isFromStart ? undefined : await offsetsAtTime({ ...asked, topic, timestampMs: sinceMs - skewMs });
  return partitions.map(({ partition, logStartOffset, logEndOffset }) => {
    const start = Number(starts?.get(partition) ?? logStartOffset);
    const isRemoved = start > 0 && start <= Number(logStartOffset);
    // What was written after the time asked for is whole, in topics that are read from a little before it.
    const isCutOff = skewMs === 0 ? start > 0 : isRemoved;
    return { topic, partition, start, end: Number(logEndOffset), isCutOff };
  });
}
