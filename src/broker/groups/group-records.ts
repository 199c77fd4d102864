import {
  encodeGroupMetadataKey,
  encodeGroupMetadataValue,
  encodeOffsetCommitKey,
  encodeOffsetCommitValue,
  type GroupMetadataValue,
  type OffsetCommitValue,
} from '../../wire/group-log.ts';
import type { StateRecord } from '../state/state-topic.ts';
import type { CommittedOffset, TopicPartition } from './committed-offsets.ts';
import type { GroupSnapshot } from './group-types.ts';

/** The record that makes an offset the committed one, or (undefined) forgets it. */
export function offsetRecord(
  group: string,
  { topic, partition }: TopicPartition,
  committed: CommittedOffset | undefined,
): StateRecord {
  const key = encodeOffsetCommitKey({ group, topic, partition });
  if (committed === undefined) return { key, value: null };
  const { offset, leaderEpoch, metadata, commitTimestampMs } = committed;
  const commitTimestamp = BigInt(commitTimestampMs);
  return { key, value: encodeOffsetCommitValue({ offset, leaderEpoch, metadata, commitTimestamp }) };
}

export function offsetFrom(value: OffsetCommitValue): CommittedOffset {
  const { offset, leaderEpoch, metadata, commitTimestamp } = value;
  return { offset, leaderEpoch, metadata, commitTimestampMs: Number(commitTimestamp) };
}

/** The record that keeps a group, or (undefined) forgets it. */
export function groupRecord(group: string, snapshot: GroupSnapshot | undefined): StateRecord {
  const key = encodeGroupMetadataKey({ group });
  if (snapshot === undefined) return { key, value: null };
  const members = snapshot.members.map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    clientId: member.clientId,
    clientHost: member.clientHost,
    rebalanceTimeout: member.rebalanceTimeoutMs,
    sessionTimeout: member.sessionTimeoutMs,
    subscription: member.subscription,
    assignment: member.assignment,
  }));
  const value = encodeGroupMetadataValue({
    protocolType: snapshot.protocolType,
    generation: snapshot.generationId,
    protocol: snapshot.protocolName,
    leader: snapshot.leader,
    currentStateTimestamp: BigInt(snapshot.stateTimestampMs),
    members,
  });
  return { key, value };
}

export function snapshotFrom(value: GroupMetadataValue): GroupSnapshot {
  return {
    protocolType: value.protocolType,
    generationId: value.generation,
    protocolName: value.protocol,
    leader: value.leader,
    stateTimestampMs: Number(value.currentStateTimestamp),
    members: value.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeout,
      sessionTimeoutMs: member.sessionTimeout,
      subscription: Buffer.from(member.subscription),
      assignment: Buffer.from(member.assignment),
    })),
  };
}
