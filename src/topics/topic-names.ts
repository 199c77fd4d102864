import { askTasks, requestTopic } from './ask-task.ts';

/** The topics that carry the journey; see docs/messages.md. */
export const topicNames = {
  rawVideoFrames: 'raw_video_frames',
  processedImages: 'processed_images',
  ledger: 'ledger',
  deadLetters: 'dead_letters',
  /** What tracks did. */
  events: 'events',
  /** Where the tracks are, frame by frame. */
  tracks: 'tracks',
  /** Where the track stage goes on after a restart. */
  trackState: 'track_state',
  /** Where judging what people do goes on after a restart. */
  threatState: 'threat_state',
  /** Who is known, by name or by face alone. */
  people: 'people',
  /** The rules that fired, and who has seen to it. */
  alarms: 'alarms',
  /** What became of telling of them. */
  deliveries: 'deliveries',
  /** Which suspicions were right, as somebody says. */
  marks: 'marks',
  /** Where the rules go on after a restart. */
  ruleState: 'rule_state',
  /** Answers to what was asked on `requests.<task>`. */
  replies: 'replies',
} as const;

/** A camera's id: letters, digits, `.`, `_`, `-`; it becomes a part of ids, keys, paths and labels. */
export const cameraIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export interface TopicSettings {
  /** Partitions of `raw_video_frames` and `processed_images`. */
  partitions: number;
  retentionMs: number;
  retentionBytes: number;
  /** Frames are deleted by Vigil, once every complete group has read them, and not by the broker. */
  hold?: boolean;
}

export interface TopicDefinition {
  name: string;
  partitions: number;
  configs: Record<string, string>;
}

/** Retention deletes whole segments: several to what is kept of a partition, within what Kafka allows and finds reasonable. */
const segmentsKept = 8;
/** What has been written since the last compaction is read at each start. */
const stateSegmentBytes = String(8 * 2 ** 20);
const leastSegmentBytes = 2 ** 20;
const mostSegmentBytes = 2 ** 30;

/** The topics to create, with their configs under Kafka's own names. */
export function topicDefinitions(settings: TopicSettings): TopicDefinition[] {
  const { partitions, retentionMs, retentionBytes } = settings;
  // Kafka's retention.bytes counts per partition.
  const partitionBytes = retentionBytes < 0 ? -1 : Math.floor(retentionBytes / partitions);
  const retained = {
    'retention.ms': String(retentionMs),
    'retention.bytes': String(partitionBytes),
    'segment.bytes': String(segmentBytes(partitionBytes)),
    'max.message.bytes': String(16 * 2 ** 20),
  };
  return [
    { name: topicNames.rawVideoFrames, partitions, configs: { ...retained, ...(settings.hold ? unlimited : {}) } },
    { name: topicNames.processedImages, partitions, configs: retained },
    { name: topicNames.events, partitions, configs: { 'retention.ms': String(retentionMs) } },
    { name: topicNames.tracks, partitions, configs: { 'retention.ms': String(retentionMs) } },
    ...[topicNames.trackState, topicNames.threatState].map((name) => ({
      name,
      partitions: 1,
      configs: { 'cleanup.policy': 'compact', 'segment.bytes': stateSegmentBytes },
    })),
    {
      name: topicNames.people,
      partitions: 1,
      configs: { 'cleanup.policy': 'compact', 'max.message.bytes': String(2 ** 20), ...soonForgotten },
    },
    // One partition: notifiers tell of alarms in the order in which they were raised.
    { name: topicNames.alarms, partitions: 1, configs: { 'retention.ms': lastingMs(retentionMs) } },
    { name: topicNames.deliveries, partitions: 1, configs: { 'retention.ms': lastingMs(retentionMs) } },
    {
      name: topicNames.marks,
      partitions: 1,
      configs: { 'cleanup.policy': 'compact', 'segment.bytes': stateSegmentBytes },
    },
    {
      name: topicNames.ruleState,
      partitions: 1,
      configs: { 'cleanup.policy': 'compact', 'segment.bytes': stateSegmentBytes },
    },
    ...[...askTasks.map(requestTopic), topicNames.replies].map((name) => ({
      name,
      partitions: askedPartitions,
      configs: { 'retention.ms': askedMs, 'max.message.bytes': String(16 * 2 ** 20) },
    })),
    {
      name: topicNames.ledger,
      partitions: 1,
      configs: { ...ledgerConfigs, 'retention.ms': lastingMs(retentionMs) },
    },
    {
      name: topicNames.deadLetters,
      partitions: 1,
      configs: { 'retention.ms': '-1', 'max.message.bytes': String(17 * 2 ** 20) },
    },
  ];
}

/** Small segments: what is being written to is never compacted, and readers start at the beginning. */
const ledgerConfigs = { 'cleanup.policy': 'compact,delete', 'segment.bytes': stateSegmentBytes };
const leastLastingMs = 30 * 24 * 3_600_000;
/** What was asked is of no use once nobody waits for it; pictures of faces are among it. */
const askedPartitions = 4;
const askedMs = String(600_000);

/** Statements and alarms outlive the frames that they speak of; a notifier may be away for long. */
function lastingMs(framesMs: number): string {
  return framesMs < 0 ? '-1' : String(Math.max(leastLastingMs, 2 * framesMs));
}

/** What is erased has left the disk an hour or two later. */
const soonForgotten = {
  'segment.bytes': String(leastSegmentBytes),
  'segment.ms': String(3_600_000),
  'max.compaction.lag.ms': String(3_600_000),
  'delete.retention.ms': String(3_600_000),
  'min.cleanable.dirty.ratio': '0.01',
};

const unlimited = { 'retention.ms': '-1', 'retention.bytes': '-1' };

function segmentBytes(partitionBytes: number): number {
  if (partitionBytes < 0) return mostSegmentBytes;
  return Math.min(mostSegmentBytes, Math.max(leastSegmentBytes, Math.floor(partitionBytes / segmentsKept)));
}
