import { consumerProtocolSubscription } from '../../wire/consumer-protocol.ts';
import { decodeVersioned } from '../../wire/versioned.ts';
import type { Group } from './group.ts';

/** The topics that members of a consumer group read; undefined when that cannot be told (another kind of group). */
export function subscribedTopics(group: Group): Set<string> | undefined {
  if (group.members.size === 0) return new Set();
  if (group.protocolType !== 'consumer') return undefined;
  const topics = new Set<string>();
  for (const member of group.members.values()) {
    const metadata = member.protocols[0]?.metadata;
    if (metadata === undefined) continue;
    for (const topic of topicsOf(metadata)) topics.add(topic);
  }
  return topics;
}

function topicsOf(metadata: Buffer): readonly string[] {
  try {
    return decodeVersioned(consumerProtocolSubscription, metadata).topics;
  } catch {
    return [];
  }
}
