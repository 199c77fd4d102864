import { setTimeout as delay } from 'node:timers/promises';
import { committedOffsets } from '../../stage/kafka-admin.ts';
import { type Offsets, offsetsOf, readToEnd } from '../../stage/read-to-end.ts';
import { topicNames } from '../../topics/topic-names.ts';
import type { JourneyPlan } from '../journey/journey.ts';

/** A consumer group behind the results, and what it reads. */
export interface Follower {
  group: string;
  topic: string;
  /** For people. */
  title: string;
}

/** Who makes something of the results of a run: suspicions, alarms, and telling of them. Tracks by themselves end with their part. */
export function followersOf({ config, parts }: Pick<JourneyPlan, 'config' | 'parts'>): Follower[] {
  if (!parts.alarm && !parts.threat) return [];
  const { processedImages: results, events, alarms } = topicNames;
  return [
    ...(parts.track ? [{ group: 'track', topic: results, title: 'tracks' }] : []),
    ...(parts.threat ? [{ group: 'threat', topic: results, title: 'suspicions' }] : []),
    ...(parts.alarm && config.rules.length > 0 ? [{ group: 'rules', topic: events, title: 'rules' }] : []),
    ...(parts.alarm ? config.notifiers : []).map(({ name }) => ({
      group: `notify-${name}`,
      topic: alarms,
      title: `notifier ${name}`,
    })),
  ];
}

export interface FollowUpOptions {
  brokers: readonly string[];
  followers: readonly Follower[];
  /** The longest that is waited. */
  withinMs: number;
  signal: AbortSignal;
}

const lookEveryMs = 250;
/** What a group makes of time alone, the end of a session for example, comes a moment later. */
const quietMs = 1000;
/** More than this is not read to see whether it is records or markers. */
const readAtMost = 64n;
const clientId = 'vigil-once';

/**
 * Waits until every group has worked on all there is for it, and nothing new has come for a moment.
 *
 * @returns those that were not through in time
 * @throws BROKER_UNREACHABLE
 */
export async function whenFollowedUp({ brokers, followers, withinMs, signal }: FollowUpOptions): Promise<Follower[]> {
  if (followers.length === 0) return [];
  const deadline = performance.now() + withinMs;
  let behind = [...followers];
  let quietSince = Number.POSITIVE_INFINITY;
  let ends = '';
  while (!signal.aborted && performance.now() < deadline) {
    const looks = await Promise.all(followers.map((each) => look(brokers, each)));
    behind = followers.filter((_, index) => !looks[index]?.isThrough);
    const found = looks.map((each) => [...each.ends].join()).join(';');
    const isQuiet = behind.length === 0 && found === ends;
    ends = found;
    quietSince = isQuiet ? Math.min(quietSince, performance.now()) : Number.POSITIVE_INFINITY;
    if (performance.now() - quietSince >= quietMs) return [];
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
  return behind;
}

async function look(brokers: readonly string[], { group: groupId, topic }: Follower) {
  const asked = { brokers, clientId, topic };
  const [committed, ends] = [
    await committedOffsets({ ...asked, groupId }),
    await offsetsOf({ ...asked, from: 'end' as const }),
  ];
  return { ends, isThrough: !(await hasRecords(asked, committed, ends)) };
}

/** Whether a record lies between; the end of a transaction is none. */
async function hasRecords(
  { topic, ...common }: { brokers: readonly string[]; clientId: string; topic: string },
  from: Offsets,
  ends: Offsets,
): Promise<boolean> {
  const left = [...ends].reduce((sum, [partition, end]) => sum + end - (from.get(partition) ?? 0n), 0n);
  if (left <= 0n || left > readAtMost) return left > 0n;
  let records = 0;
  await readToEnd({ ...common, topic, from: { offsets: from } }, () => records++);
  return records > 0;
}
