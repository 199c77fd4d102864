import { setTimeout as delay } from 'node:timers/promises';
import {
  Consumer,
  type MessagesStream,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
  stringDeserializers,
} from '@platformatic/kafka';
import { offsetCommitRequest, offsetCommitResponse } from '../../src/wire/messages/08-offset-commit.ts';
import { RawClient } from '../contract/raw-client.ts';
import { readers as group, partitionName, topic } from './names.ts';
import { within } from './within.ts';
import type { Work } from './workload.ts';

type TextConsumer = Consumer<string, string, string, string>;
type TextStream = MessagesStream<string, string, string, string>;

const offsetCommit = { request: offsetCommitRequest, response: offsetCommitResponse };

/** A member of one generation, with a connection of its own for its commits. */
interface Committer {
  client: RawClient;
  member: { groupId: string; generationId: number; memberId: string };
}

const recordsPerCommit = 10;
const pauseAfterFailureMs = 50;

/** A member of the group that commits what it has read; joins anew after every failure and every rebalance. */
export async function runReader(work: Work, client: string): Promise<void> {
  while (!work.readersEnd.aborted) {
    work.history.push({ kind: 'assigned', client });
    try {
      await readOnce(work, client);
    } catch (error) {
      work.onFailure(client, error);
      await delay(pauseAfterFailureMs);
    }
  }
}

/** From joining the group to leaving it. */
async function readOnce(work: Work, client: string): Promise<void> {
  const forCommits = await RawClient.connect(work.bootstrap);
  const consumer = openConsumer(work);
  try {
    await readAsMember(work, { consumer, client, forCommits });
  } finally {
    forCommits.close();
    await within(consumer.close(true)).catch(() => {});
  }
}

function openConsumer({ bootstrap }: Work): TextConsumer {
  const consumer = new Consumer({
    clientId: 'crash',
    groupId: group,
    bootstrapBrokers: [bootstrap],
    deserializers: stringDeserializers,
    sessionTimeout: 1000,
    rebalanceTimeout: 1000,
    heartbeatInterval: 100,
    maxWaitTime: 100,
    retries: 20,
    retryDelay: 50,
    // The client's own filter of aborted records lets some through: what it would hide is the auditor's to judge.
    isolationLevel: 0,
  }) as TextConsumer;
  // Told when a rebalance in the background fails, above all because the member is being closed.
  consumer.on('error', () => {});
  return consumer;
}

/** Returns at the end of the work or when the group shares out its partitions anew. */
async function readAsMember(
  work: Work,
  { consumer, client, forCommits }: { consumer: TextConsumer; client: string; forCommits: RawClient },
): Promise<void> {
  const consuming = consumer.consume({
    topics: [topic],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: MessagesStreamFallbackModes.EARLIEST,
    autocommit: false,
  });
  const stream = await within(consuming).catch((error: unknown) => endLate(consuming, error));
  stream.on('error', () => {});
  const { groupId, generationId, memberId } = consumer;
  const committer: Committer = { member: { groupId, generationId, memberId: memberId ?? '' }, client: forCommits };
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  consumer.on('consumer:group:join', () => end());
  work.readersEnd.addEventListener('abort', () => end());
  if (work.readersEnd.aborted) end();
  try {
    await Promise.race([readStream(work, { committer, stream, client }), ended]);
  } finally {
    stream.destroy();
  }
}

/** A stream that is made on a member which has been closed meanwhile breaks before anybody can listen to it. */
async function endLate(consuming: Promise<TextStream>, error: unknown): Promise<never> {
  await within(consuming).then(
    (stream) => stream.on('error', () => {}).destroy(),
    () => {},
  );
  throw error;
}

async function readStream(
  { history }: Work,
  { committer, stream, client }: { committer: Committer; stream: TextStream; client: string },
): Promise<void> {
  const next = new Map<number, bigint>();
  let uncommitted = 0;
  for await (const { partition, offset, value } of stream) {
    if (stream.destroyed) return;
    const records = [{ offset, value }];
    history.push({ kind: 'poll', client, isUncommitted: true, partition: partitionName(topic, partition), records });
    next.set(partition, offset + 1n);
    if (++uncommitted < recordsPerCommit) continue;
    await commit(history, committer, next);
    next.clear();
    uncommitted = 0;
  }
}

/**
 * Commits as the member that read the records. The client's own `commit` joins again when it is told that its generation is
 * over, and commits the same offsets in the next one, in which another member may have read and committed further.
 */
async function commit(
  history: Work['history'],
  { client, member }: Committer,
  next: ReadonlyMap<number, bigint>,
): Promise<void> {
  const partitions = [...next].map(([partitionIndex, committedOffset]) => ({
    ...{ partitionIndex, committedOffset, committedMetadata: null },
  }));
  const { groupId, memberId, generationId } = member;
  const request = { groupId, memberId, generationIdOrMemberEpoch: generationId, topics: [{ name: topic, partitions }] };
  const { topics } = await within(client.send(offsetCommit, 7, request));
  const failed = topics.flatMap((each) => each.partitions).find(({ errorCode }) => errorCode !== 0);
  if (failed !== undefined) throw new Error(`OffsetCommit: error ${failed.errorCode}`);
  for (const [partition, offset] of next) {
    history.push({ kind: 'committed', group, partition: partitionName(topic, partition), offset });
  }
}
