import type { PartitionLog } from '../../log/partition-log.ts';

export interface Partition {
  readonly topic: Topic;
  readonly index: number;
  readonly log: PartitionLog;
}

/** A topic as clients see it; owned by the topic registry. */
export interface Topic {
  readonly name: string;
  /** 16 bytes in url-safe base64. */
  readonly id: string;
  readonly isInternal: boolean;
  readonly partitions: Partition[];
  /** What was set on the topic itself; everything else has the broker's default. */
  readonly configs: Map<string, string>;
}

export const maxTopicNameLength = 249;

/** @returns what is wrong with a topic's name in the words of an INVALID_TOPIC_EXCEPTION message, or undefined */
export function checkTopicName(name: string): string | undefined {
  if (name === '') return 'Topic name is illegal, it can not be empty';
  if (name === '.' || name === '..') return `Topic name is illegal, it cannot be "${name}"`;
  if (name.length > maxTopicNameLength) {
    return `Topic name is illegal, it can not be longer than ${maxTopicNameLength} characters, topic name: ${name}`;
  }
  if (/^[a-zA-Z0-9._-]+$/.test(name)) return undefined;
  return `Topic name ${name} is illegal, it contains a character other than ASCII alphanumerics, '.', '_' and '-'`;
}

/** Names that differ only by `.` and `_` would collide in the names of metrics, so Kafka refuses the second one. */
export function collisionKey(name: string): string {
  return name.replaceAll('.', '_');
}
