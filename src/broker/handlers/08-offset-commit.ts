/**
 * OffsetCommit: keeps how far a group has read.
 *
 * Answered when the offsets are durable under the flush policy. Topics are named by name; version 10 is not served.
 * Differs from Apache Kafka: the retention time that old clients send is ignored, as Kafka does since 2.1.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import {
  type OffsetCommitRequest,
  offsetCommitRequest,
  offsetCommitResponse,
} from '../../wire/messages/08-offset-commit.ts';
import type { OffsetToCommit } from '../groups/group-coordinator.ts';
import { type RequestContext, serveApi } from '../handler.ts';
import { findPartition } from './partition-lookup.ts';

export const offsetCommitHandler = serveApi({
  request: offsetCommitRequest,
  response: offsetCommitResponse,
  versions: [2, 9],
  handle: offsetCommit,
});

async function offsetCommit(request: OffsetCommitRequest, { broker }: RequestContext) {
  const checked = checkOffsets(request.topics, broker);
  const { memberId, groupInstanceId, generationIdOrMemberEpoch: generationId } = request;
  const member = { memberId, groupInstanceId, generationId };
  const error = await broker.groups.commit(
    request.groupId,
    member,
    checked.flatMap((each) => each.accepted),
  );
  return { topics: offsetCommitAnswer(checked, error) };
}

interface CheckedTopic {
  name: string;
  refused: Map<number, ErrorName>;
  accepted: OffsetToCommit[];
  partitionIndexes: number[];
}

/** Sorts out what cannot be committed whatever the group says; shared with TxnOffsetCommit. */
export function checkOffsets(
  topics: readonly Pick<OffsetCommitRequest['topics'][number], 'name' | 'partitions'>[],
  broker: RequestContext['broker'],
): CheckedTopic[] {
  const maxMetadataBytes = broker.settings.number('offset.metadata.max.bytes');
  return topics.map(({ name, partitions }) => {
    const checked: CheckedTopic = { name, refused: new Map(), accepted: [], partitionIndexes: [] };
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } of partitions) {
      checked.partitionIndexes.push(partitionIndex);
      const target = findPartition(broker.topics.get(name) ?? 'UNKNOWN_TOPIC_OR_PARTITION', partitionIndex);
      const isTooLong = Buffer.byteLength(committedMetadata ?? '') > maxMetadataBytes;
      if (typeof target === 'string') checked.refused.set(partitionIndex, target);
      else if (isTooLong) checked.refused.set(partitionIndex, 'OFFSET_METADATA_TOO_LARGE');
      else {
        const where = { topic: name, partition: partitionIndex };
        const what = { offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata: committedMetadata };
        checked.accepted.push({ ...where, ...what });
      }
    }
    return checked;
  });
}

export function offsetCommitAnswer(checked: readonly CheckedTopic[], error: ErrorName) {
  return checked.map(({ name, refused, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      errorCode: errorCode[refused.get(partitionIndex) ?? error],
    })),
  }));
}
