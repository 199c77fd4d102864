import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consumerProtocolAssignment } from '../../src/wire/consumer-protocol.ts';
import {
  decodeGroupLogKey,
  encodeGroupMetadataKey,
  encodeGroupMetadataValue,
  encodeOffsetCommitKey,
  encodeOffsetCommitValue,
  groupMetadataValue,
  offsetCommitValue,
} from '../../src/wire/group-log.ts';
import { decodeTransactionLogKey, encodeTransactionLogKey } from '../../src/wire/transaction-log.ts';
import { decodeVersioned, encodeVersioned } from '../../src/wire/versioned.ts';

test('keys of the offsets topic say what they are about', () => {
  const offset = { group: 'people', topic: 'raw_video_frames', partition: 3 };
  assert.equal(encodeOffsetCommitKey(offset).toString('hex').slice(0, 8), '00010006');
  assert.deepEqual(decodeGroupLogKey(encodeOffsetCommitKey(offset)), { kind: 'offset', ...offset });
  assert.equal(encodeGroupMetadataKey({ group: 'people' }).toString('hex'), '0002000670656f706c65');
  assert.deepEqual(decodeGroupLogKey(encodeGroupMetadataKey({ group: 'people' })), { kind: 'group', group: 'people' });
});

test('an offset key of the oldest type is read; a type of the future is named and left alone', () => {
  const old = encodeOffsetCommitKey({ group: 'g', topic: 't', partition: 0 });
  old.writeInt16BE(0, 0);
  assert.equal(decodeGroupLogKey(old).kind, 'offset');
  assert.deepEqual(decodeGroupLogKey(Buffer.from('0011ff', 'hex')), { kind: 'other', type: 17 });
});

test('values of the offsets topic read back', () => {
  const offset = { offset: 5n, leaderEpoch: 2, metadata: 'note', commitTimestamp: 7n };
  assert.partialDeepStrictEqual(decodeVersioned(offsetCommitValue, encodeOffsetCommitValue(offset)), offset);
  const group = { protocolType: 'consumer', generation: 3, protocol: null, leader: null, members: [] };
  assert.partialDeepStrictEqual(decodeVersioned(groupMetadataValue, encodeGroupMetadataValue(group)), group);
});

test('keys of the transaction topic read back; others are refused', () => {
  const key = encodeTransactionLogKey('detect-people-0');
  assert.equal(key.toString('hex'), '0000000f6465746563742d70656f706c652d30');
  assert.deepEqual(decodeTransactionLogKey(key), { transactionalId: 'detect-people-0' });
  key.writeInt16BE(1, 0);
  assert.throws(() => decodeTransactionLogKey(key), { kind: 'unsupported-version' });
});

test('a message of a newer version is read as the newest known one; one of no version is refused', () => {
  const assignment = { assignedPartitions: [{ topic: 't', partitions: [1] }] };
  const newer = Buffer.concat([encodeVersioned(consumerProtocolAssignment, assignment, 3), Buffer.from('more')]);
  newer.writeInt16BE(9, 0);
  assert.partialDeepStrictEqual(decodeVersioned(consumerProtocolAssignment, newer), assignment);
  newer.writeInt16BE(-1, 0);
  assert.throws(() => decodeVersioned(consumerProtocolAssignment, newer), { kind: 'unsupported-version' });
});
