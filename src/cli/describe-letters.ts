import { isFault } from '../base/errors.ts';
import { committedOffsets } from '../stage/kafka-admin.ts';
import { type DeadLetter, decodeDeadLetter, retryGroup } from '../topics/dead-letter-record.ts';
import { decodeFrameHeader, frameId } from '../topics/frame-record.ts';
import type { IncomingRecord } from '../topics/record.ts';
import { topicNames } from '../topics/topic-names.ts';

/** What `vigil dead-letters list` prints of a letter. */
export interface DescribedLetter extends DeadLetter {
  offset: number;
  givenUpAt: string;
  /** `<camera>/<session>/<frame>`; null: it is no frame. */
  frame: string | null;
  wasRetried: boolean;
}

/** Records that are no letters, whoever wrote them, are left out. */
export async function describeLetters(
  records: readonly IncomingRecord[],
  brokers: readonly string[],
): Promise<DescribedLetter[]> {
  const letters = records.flatMap((record) => {
    const letter = orUndefined(() => decodeDeadLetter(record));
    return letter ? [{ record, letter }] : [];
  });
  const retried = new Map<string, bigint>();
  for (const detector of new Set(letters.map(({ letter }) => letter.detector))) {
    const group = { brokers, clientId: 'vigil-cli', groupId: retryGroup(detector), topic: topicNames.deadLetters };
    retried.set(detector, (await committedOffsets(group)).get(0) ?? 0n);
  }
  return letters.map(({ record, letter }) => {
    const frame = orUndefined(() => decodeFrameHeader(record));
    return {
      offset: Number(record.offset),
      givenUpAt: new Date(record.timestampMs).toISOString(),
      frame: frame ? frameId(frame) : null,
      ...letter,
      wasRetried: record.offset < (retried.get(letter.detector) ?? 0n),
    };
  });
}

function orUndefined<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (isFault(error, 'RECORD_INVALID')) return undefined;
    throw error;
  }
}
