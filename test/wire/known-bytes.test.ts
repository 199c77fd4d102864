import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../src/wire/codec/message.ts';
import { consumerProtocolSubscription } from '../../src/wire/consumer-protocol.ts';
import { groupMetadataValue, offsetCommitValue } from '../../src/wire/group-log.ts';
import { requestHeader } from '../../src/wire/headers.ts';
import { fetchResponse } from '../../src/wire/messages/01-fetch.ts';
import { metadataRequest } from '../../src/wire/messages/03-metadata.ts';
import { joinGroupRequest } from '../../src/wire/messages/11-join-group.ts';
import { apiVersionsRequest, apiVersionsResponse } from '../../src/wire/messages/18-api-versions.ts';
import { consumerGroupHeartbeatResponse } from '../../src/wire/messages/68-consumer-group-heartbeat.ts';
import { transactionLogValue } from '../../src/wire/transaction-log.ts';
import { decodeVersioned, encodeVersioned } from '../../src/wire/versioned.ts';

/** The bytes that Apache Kafka 4.3's own serializers make of a value, and no others. */
function isWrittenAs<T, E>(definition: Message<T, E>, version: number, value: E, hex: string): void {
  assert.equal(definition.encodeBuffer(value, version).toString('hex'), hex);
  const decoded = definition.decodeBuffer(Buffer.from(hex, 'hex'), version);
  assert.partialDeepStrictEqual(decoded, value);
}

/** Likewise for a message that stands behind its version. */
function isStoredAs<T, E>(definition: Message<T, E>, version: number, value: E, hex: string): void {
  assert.equal(encodeVersioned(definition, value, version).toString('hex'), hex);
  assert.partialDeepStrictEqual(decodeVersioned(definition, Buffer.from(hex, 'hex')), value);
}

const topicId = 'AQIDBAUGBwgJCgsMDQ4PEA';

test('request headers: the client id has its classic form in the flexible version too', () => {
  const header = { requestApiKey: 18, requestApiVersion: 3, correlationId: 7, clientId: 'vigil' };
  isWrittenAs(requestHeader, 1, header, '00120003000000070005766967696c');
  isWrittenAs(requestHeader, 2, header, '00120003000000070005766967696c00');
  const anonymous = { requestApiKey: 1, requestApiVersion: 17, correlationId: -1, clientId: null };
  isWrittenAs(requestHeader, 2, anonymous, '00010011ffffffffffff00');
});

test('ApiVersions: compact strings, tagged features', () => {
  const request = { clientSoftwareName: 'vigil', clientSoftwareVersion: '0.1.0' };
  isWrittenAs(apiVersionsRequest, 3, request, '06766967696c06302e312e3000');
  const apiKeys = [{ apiKey: 0, minVersion: 0, maxVersion: 13 }];
  isWrittenAs(apiVersionsResponse, 0, { errorCode: 35, apiKeys }, '00230000000100000000000d');
  const finalizedFeatures = [{ name: 'transaction.version', minVersionLevel: 2, maxVersionLevel: 2 }];
  isWrittenAs(
    apiVersionsResponse,
    3,
    { errorCode: 0, apiKeys, finalizedFeaturesEpoch: 4n, finalizedFeatures },
    '00000200000000000d00000000000201080000000000000004021a02147472616e73616374696f6e2e76657273696f6e0002000200',
  );
});

test('Fetch responses: topic ids, a tagged struct inside a partition, null records, tagged endpoints', () => {
  const partition = {
    partitionIndex: 2,
    errorCode: 74,
    highWatermark: 11n,
    lastStableOffset: 10n,
    logStartOffset: 1n,
    currentLeader: { leaderId: 1, leaderEpoch: 6 },
    abortedTransactions: [{ producerId: 4n, firstOffset: 8n }],
    records: null,
  };
  isWrittenAs(
    fetchResponse,
    17,
    {
      throttleTimeMs: 3,
      sessionId: 9,
      responses: [{ topicId, partitions: [partition] }],
      nodeEndpoints: [{ nodeId: 1, host: '127.0.0.1', port: 9092, rack: 'r' }],
    },
    '00000003000000000009020102030405060708090a0b0c0d0e0f100200000002004a000000000000000b000000000000000a0000000000000001020000000000000004000000000000000800ffffffff000101090000000100000006000001001602000000010a3132372e302e302e3100002384027200',
  );
});

test('Metadata requests: a null array asks for all topics', () => {
  isWrittenAs(metadataRequest, 12, { topics: null }, '00010000');
});

test('JoinGroup requests: classic strings and bytes', () => {
  isWrittenAs(
    joinGroupRequest,
    5,
    {
      groupId: 'people',
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 300_000,
      memberId: '',
      groupInstanceId: 'one',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from([0, 3]) }],
    },
    '000670656f706c650000afc8000493e0000000036f6e650008636f6e73756d657200000001000572616e6765000000020003',
  );
});

test('ConsumerGroupHeartbeat responses: a struct that may be null', () => {
  isWrittenAs(
    consumerGroupHeartbeatResponse,
    1,
    {
      errorCode: 0,
      memberId: 'm',
      memberEpoch: 3,
      heartbeatIntervalMs: 5_000,
      assignment: { topicPartitions: [{ topicId, partitions: [0, 5] }] },
    },
    '00000000000000026d000000030000138801020102030405060708090a0b0c0d0e0f10030000000000000005000000',
  );
});

test('subscriptions of the consumer protocol', () => {
  const topic = 'raw_video_frames';
  isStoredAs(
    consumerProtocolSubscription,
    3,
    { topics: [topic], ownedPartitions: [{ topic, partitions: [1, 2] }], generationId: 4, rackId: 'r' },
    '00030000000100107261775f766964656f5f6672616d6573ffffffff0000000100107261775f766964656f5f6672616d657300000002000000010000000200000004000172',
  );
});

test('committed offsets and groups in the log', () => {
  isStoredAs(
    offsetCommitValue,
    3,
    { offset: 123_456_789_012n, leaderEpoch: 0, metadata: 'm', commitTimestamp: 1_700_000_000_123n },
    '00030000001cbe991a140000000000016d0000018bcfe5687b',
  );
  isStoredAs(
    offsetCommitValue,
    4,
    { offset: 5n, metadata: '', commitTimestamp: 1n, topicId },
    '00040000000000000005ffffffff0100000000000000010100100102030405060708090a0b0c0d0e0f10',
  );
  const member = {
    memberId: 'm1',
    groupInstanceId: 'i',
    clientId: 'c',
    clientHost: '/127.0.0.1',
    rebalanceTimeout: 300_000,
    sessionTimeout: 45_000,
    subscription: Buffer.from([1]),
    assignment: Buffer.from([2, 3]),
  };
  isStoredAs(
    groupMetadataValue,
    3,
    {
      protocolType: 'consumer',
      generation: 4,
      protocol: 'range',
      leader: 'm1',
      currentStateTimestamp: 1_700_000_000_123n,
      members: [member],
    },
    '00030008636f6e73756d657200000004000572616e676500026d310000018bcfe5687b0000000100026d31000169000163000a2f3132372e302e302e31000493e00000afc80000000101000000020203',
  );
});

test('transactions in the log, with and without tagged fields', () => {
  const ongoing = {
    producerId: 7n,
    producerEpoch: 2,
    transactionTimeoutMs: 60_000,
    transactionStatus: 1,
    transactionPartitions: [{ topic: 'processed_images', partitionIds: [0, 4] }],
    transactionLastUpdateTimestampMs: 1_700_000_000_200n,
    transactionStartTimestampMs: 1_700_000_000_100n,
  };
  isStoredAs(
    transactionLogValue,
    0,
    ongoing,
    '0000000000000000000700020000ea600100000001001070726f6365737365645f696d616765730000000200000000000000040000018bcfe568c80000018bcfe56864',
  );
  isStoredAs(
    transactionLogValue,
    1,
    ongoing,
    '0001000000000000000700020000ea6001021170726f6365737365645f696d61676573030000000000000004000000018bcfe568c80000018bcfe5686400',
  );
  const complete = {
    ...ongoing,
    previousProducerId: 6n,
    nextProducerId: 8n,
    nextProducerEpoch: 0,
    transactionStatus: 4,
    transactionPartitions: null,
    transactionLastUpdateTimestampMs: 5n,
    transactionStartTimestampMs: -1n,
    clientTransactionVersion: 2,
  };
  isStoredAs(
    transactionLogValue,
    1,
    complete,
    '0001000000000000000700020000ea6004000000000000000005ffffffffffffffff0400080000000000000006010800000000000000080202000203020000',
  );
});
