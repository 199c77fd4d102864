import { isFault } from '../base/errors.ts';
import { committedOffsets } from '../stage/kafka-admin.ts';
import { readToEnd } from '../stage/read-to-end.ts';
import { startWorkLoop } from '../stage/work-loop.ts';
import { decodeDeadLetter, retryGroup } from '../topics/dead-letter-record.ts';
import { decodeFrame } from '../topics/frame-record.ts';
import { type IncomingRecord, type OutgoingRecord, recordRef } from '../topics/record.ts';
import { encodeResult, retryHeader } from '../topics/result-record.ts';
import { topicNames } from '../topics/topic-names.ts';
import { isFrameFault, resultPartitions } from './frame-work.ts';
import { startLooker } from './looker/start-looker.ts';
import { detectorId, type StartDetectOptions } from './start-detect.ts';

export interface RetryOutcome {
  detector: string;
  /** Letters whose frame has a result now. */
  succeeded: number;
  /** Letters that failed again; they stay what they are. */
  failed: number;
}

/**
 * Looks once more at the frames that a detector gave up since the last retry, and publishes their results. Each letter is
 * tried once, even when this process is killed in between; one that ends the process is passed over from the fourth time.
 *
 * @throws what `startDetect` throws
 */
export async function retryDeadLetters(options: StartDetectOptions): Promise<RetryOutcome> {
  const { brokers } = options;
  const detector = detectorId(options.detector);
  const outcome: RetryOutcome = { detector, succeeded: 0, failed: 0 };
  const groupId = retryGroup(detector);
  const last = await lastLetter(brokers, groupId);
  const asked = { brokers, clientId: groupId, groupId, topic: topicNames.deadLetters };
  const tried = (await committedOffsets(asked)).get(0) ?? 0n;
  if (last < tried) return outcome;
  const looker = await startLooker({ ...options, detector, looker: options.detector });
  const through = Promise.withResolvers<void>();
  const retry = async (record: IncomingRecord): Promise<OutgoingRecord[]> => {
    if (record.offset >= last) through.resolve();
    if (record.headers.get('dead_letter_by') !== detector) return [];
    try {
      const { jpeg, ...frame } = decodeFrame(record);
      const sight = await looker.look({ ...frame, jpeg });
      const result = { frame, frameRef: decodeDeadLetter(record).ref, detector, ...sight };
      const made = encodeResult(result, options.detector.embed ? jpeg : undefined, partitions);
      made.headers.set(retryHeader, recordRef(record));
      outcome.succeeded += 1;
      return [made];
    } catch (error) {
      if (!isFrameFault(error) && !isFault(error, 'RECORD_INVALID')) throw error;
      outcome.failed += 1;
      return [];
    }
  };
  const partitions = await resultPartitions(brokers, groupId);
  try {
    const loop = await startWorkLoop({
      brokers,
      clientId: groupId,
      groupId,
      groupInstanceId: 'retry',
      topics: [topicNames.deadLetters],
      concurrency: () => looker.concurrency,
      work: retry,
      poison: { afterCrash: true, refuse: () => [] },
    });
    await Promise.race([through.promise, loop.done, looker.failed]);
    await loop.close();
  } finally {
    await looker.close();
  }
  return outcome;
}

/** @returns the offset of the newest letter; −1: there is none */
async function lastLetter(brokers: readonly string[], clientId: string): Promise<bigint> {
  let last = -1n;
  await readToEnd({ brokers, clientId, topic: topicNames.deadLetters, from: 'beginning' }, ({ offset }) => {
    last = offset;
  });
  return last;
}
