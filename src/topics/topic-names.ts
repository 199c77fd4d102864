/** The topics that carry the journey; see docs/messages.md. */
export const topicNames = {
  rawVideoFrames: 'raw_video_frames',
  processedImages: 'processed_images',
  ledger: 'ledger',
  deadLetters: 'dead_letters',
} as const;

/** A camera's id: letters, digits, `.`, `_`, `-`; it becomes a part of ids, keys, paths and labels. */
export const cameraIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export interface TopicSettings {
  /** Partitions of `raw_video_frames` and `processed_images`. */
  partitions: number;
  retentionMs: number;
  retentionBytes: number;
}

export interface TopicDefinition {
  name: string;
  partitions: number;
  configs: Record<string, string>;
}

/** The topics to create, with their configs under Kafka's own names. */
export function topicDefinitions(settings: TopicSettings): TopicDefinition[] {
  const { partitions, retentionMs, retentionBytes } = settings;
  // Kafka's retention.bytes counts per partition.
  const retained = {
    'retention.ms': String(retentionMs),
    'retention.bytes': retentionBytes < 0 ? '-1' : String(Math.floor(retentionBytes / partitions)),
  };
  const frames = { ...retained, 'max.message.bytes': String(16 * 2 ** 20) };
  return [
    { name: topicNames.rawVideoFrames, partitions, configs: frames },
    { name: topicNames.processedImages, partitions, configs: frames },
    { name: topicNames.ledger, partitions: 1, configs: { 'cleanup.policy': 'compact' } },
    {
      name: topicNames.deadLetters,
      partitions: 1,
      configs: { 'retention.ms': '-1', 'max.message.bytes': String(17 * 2 ** 20) },
    },
  ];
}
