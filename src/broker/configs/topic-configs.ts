import type { CompressionConfig, FlushPolicy, LogConfig } from '../../log/log-config.ts';
import { compressionNames } from '../../wire/record-batch.ts';
import { type ConfigDefinition, checkConfigValue, splitList } from './config-definition.ts';

const maxLong = '9223372036854775807';

/** Every topic config, with Kafka's names, defaults and limits. Those that one node has no use for are kept and shown. */
export const topicConfigs: readonly ConfigDefinition[] = [
  {
    name: 'cleanup.policy',
    type: 'list',
    defaultValue: 'delete',
    oneOf: ['delete', 'compact'],
    synonym: 'log.cleanup.policy',
    documentation:
      'What happens to old segments: delete them by time and size, keep the last record of every key, or both.',
  },
  {
    name: 'compression.gzip.level',
    type: 'int',
    defaultValue: '-1',
    min: -1,
    max: 9,
    synonym: 'compression.gzip.level',
    documentation: 'How hard to compress when the compression type is gzip; -1 for its own default.',
  },
  {
    name: 'compression.lz4.level',
    type: 'int',
    defaultValue: '9',
    min: 1,
    max: 17,
    synonym: 'compression.lz4.level',
    documentation: 'How hard to compress when the compression type is lz4.',
    withoutEffect: 'There is one way of compressing with lz4 here.',
  },
  {
    name: 'compression.type',
    type: 'string',
    defaultValue: 'producer',
    synonym: 'compression.type',
    oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    documentation: 'How records are kept compressed: in one form, or (producer) as they were sent.',
  },
  {
    name: 'compression.zstd.level',
    type: 'int',
    defaultValue: '3',
    min: -131072,
    max: 22,
    synonym: 'compression.zstd.level',
    documentation: 'How hard to compress when the compression type is zstd.',
  },
  {
    name: 'delete.retention.ms',
    type: 'long',
    defaultValue: '86400000',
    min: 0,
    synonym: 'log.cleaner.delete.retention.ms',
    documentation: 'How long a deletion marker of a compacted topic is kept.',
  },
  {
    name: 'file.delete.delay.ms',
    type: 'long',
    defaultValue: '60000',
    min: 0,
    synonym: 'log.segment.delete.delay.ms',
    documentation: 'How long a deleted file stays on the disk.',
    withoutEffect: 'A deleted file is removed as soon as no reader holds it.',
  },
  {
    name: 'flush.messages',
    type: 'long',
    defaultValue: maxLong,
    min: 1,
    synonym: 'log.flush.interval.messages',
    documentation: 'Records between two flushes.',
    withoutEffect: 'The flush policy of the broker decides, by default before every acknowledgement.',
  },
  {
    name: 'flush.ms',
    type: 'long',
    defaultValue: maxLong,
    min: 0,
    synonym: 'log.flush.interval.ms',
    documentation: 'Time between two flushes.',
    withoutEffect: 'The flush policy of the broker decides, by default before every acknowledgement.',
  },
  {
    name: 'follower.replication.throttled.replicas',
    type: 'list',
    defaultValue: '',
    documentation: 'Replicas whose replication is throttled.',
    withoutEffect: 'One node replicates nothing.',
  },
  {
    name: 'index.interval.bytes',
    type: 'int',
    defaultValue: '4096',
    min: 0,
    synonym: 'log.index.interval.bytes',
    documentation: 'Bytes of records between two entries of a segment’s index.',
  },
  {
    name: 'leader.replication.throttled.replicas',
    type: 'list',
    defaultValue: '',
    documentation: 'Replicas whose replication is throttled.',
    withoutEffect: 'One node replicates nothing.',
  },
  {
    name: 'max.compaction.lag.ms',
    type: 'long',
    defaultValue: maxLong,
    min: 1,
    synonym: 'log.cleaner.max.compaction.lag.ms',
    documentation: 'The longest time a record stays out of compaction.',
  },
  {
    name: 'max.message.bytes',
    type: 'int',
    defaultValue: '1048588',
    min: 0,
    synonym: 'message.max.bytes',
    documentation: 'The largest record batch accepted, in bytes, compressed.',
  },
  {
    name: 'message.timestamp.after.max.ms',
    type: 'long',
    defaultValue: '3600000',
    min: 0,
    synonym: 'log.message.timestamp.after.max.ms',
    documentation: 'How far a record’s time may lie in the future, with CreateTime.',
  },
  {
    name: 'message.timestamp.before.max.ms',
    type: 'long',
    defaultValue: maxLong,
    min: 0,
    synonym: 'log.message.timestamp.before.max.ms',
    documentation: 'How far a record’s time may lie in the past, with CreateTime.',
  },
  {
    name: 'message.timestamp.type',
    type: 'string',
    defaultValue: 'CreateTime',
    oneOf: ['CreateTime', 'LogAppendTime'],
    synonym: 'log.message.timestamp.type',
    documentation: 'Whether a record carries the time its producer gave it or the time it was appended.',
  },
  {
    name: 'min.cleanable.dirty.ratio',
    type: 'double',
    defaultValue: '0.5',
    min: 0,
    max: 1,
    synonym: 'log.cleaner.min.cleanable.ratio',
    documentation: 'Share of a compacted log that has to be new before it is compacted again.',
  },
  {
    name: 'min.compaction.lag.ms',
    type: 'long',
    defaultValue: '0',
    min: 0,
    synonym: 'log.cleaner.min.compaction.lag.ms',
    documentation: 'The shortest time a record stays out of compaction.',
  },
  {
    name: 'min.insync.replicas',
    type: 'int',
    defaultValue: '1',
    min: 1,
    synonym: 'min.insync.replicas',
    documentation: 'Replicas that acknowledge a write with acks=all.',
    withoutEffect: 'One node is one replica; a higher number would refuse every write.',
  },
  {
    name: 'preallocate',
    type: 'boolean',
    defaultValue: 'false',
    synonym: 'log.preallocate',
    documentation: 'Whether segments are preallocated.',
    withoutEffect: 'Segments grow as they are written.',
  },
  {
    name: 'retention.bytes',
    type: 'long',
    defaultValue: '-1',
    synonym: 'log.retention.bytes',
    documentation: 'Size over which a partition’s oldest segments are deleted; -1 for no limit.',
  },
  {
    name: 'retention.ms',
    type: 'long',
    defaultValue: '604800000',
    min: -1,
    synonym: 'log.retention.ms',
    documentation: 'Age over which segments are deleted; -1 for no limit.',
  },
  {
    name: 'segment.bytes',
    type: 'int',
    defaultValue: '1073741824',
    min: 14,
    synonym: 'log.segment.bytes',
    documentation: 'Size of one segment file.',
  },
  {
    name: 'segment.index.bytes',
    type: 'int',
    defaultValue: '10485760',
    min: 4,
    synonym: 'log.index.size.max.bytes',
    documentation: 'Largest size of a segment’s index.',
  },
  {
    name: 'segment.jitter.ms',
    type: 'long',
    defaultValue: '0',
    min: 0,
    synonym: 'log.roll.jitter.ms',
    documentation: 'Random time taken off segment.ms.',
    withoutEffect: 'Only full segments are synced in the background, so that many closing at once cost nothing.',
  },
  {
    name: 'segment.ms',
    type: 'long',
    defaultValue: '604800000',
    min: 1,
    synonym: 'log.roll.ms',
    documentation: 'Time after which a segment is closed even when it is not full.',
  },
  {
    name: 'unclean.leader.election.enable',
    type: 'boolean',
    defaultValue: 'false',
    synonym: 'unclean.leader.election.enable',
    documentation: 'Whether a replica that lags may lead.',
    withoutEffect: 'One node has no other replica.',
  },
];

const byName = new Map(topicConfigs.map((definition) => [definition.name, definition]));

export function topicConfig(name: string): ConfigDefinition | undefined {
  return byName.get(name);
}

/** @returns what is wrong with a topic config in the words of an INVALID_CONFIG message, or undefined */
export function checkTopicConfig(name: string, value: string | null): string | undefined {
  const definition = byName.get(name);
  if (definition === undefined) return `Unknown topic config name: ${name}`;
  return value === null ? `Null value not supported for topic configs: ${name}` : checkConfigValue(definition, value);
}

/** How the broker's own settings enter every log. */
export interface LogDefaults {
  flushPolicy: FlushPolicy;
  flushIntervalMs: number;
  producerIdExpirationMs: number;
}

/** @param effective the effective value of a topic config as text: the topic's own, else the broker's default */
export function logConfigFrom(effective: (name: string) => string, defaults: LogDefaults): LogConfig {
  const number = (name: string) => Math.min(Number(effective(name)), Number.MAX_SAFE_INTEGER);
  const cleanupPolicy = splitList(effective('cleanup.policy'));
  return {
    segmentBytes: number('segment.bytes'),
    segmentMs: segmentMsFrom(number, cleanupPolicy),
    segmentIndexBytes: number('segment.index.bytes'),
    indexIntervalBytes: number('index.interval.bytes'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    cleanupPolicy: (['delete', 'compact'] as const).filter((policy) => cleanupPolicy.includes(policy)),
    maxMessageBytes: number('max.message.bytes'),
    compression: compressionFrom(effective),
    messageTimestampType: effective('message.timestamp.type') === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    ...defaults,
  };
}

/** Only full segments are compacted: one that grows for too long would keep its records from it. */
function segmentMsFrom(number: (name: string) => number, cleanupPolicy: readonly string[]): number {
  const segmentMs = number('segment.ms');
  return cleanupPolicy.includes('compact') ? Math.min(segmentMs, number('max.compaction.lag.ms')) : segmentMs;
}

function compressionFrom(effective: (name: string) => string): CompressionConfig {
  const type = effective('compression.type');
  return {
    type: compressionNames.find((name) => name === type) ?? (type === 'uncompressed' ? 'none' : 'producer'),
    gzipLevel: Number(effective('compression.gzip.level')),
    zstdLevel: Number(effective('compression.zstd.level')),
  };
}
