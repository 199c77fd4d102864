import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Broker } from '../../src/broker/index.ts';
import { whenFollowedUp } from '../../src/cli/once/follow-up.ts';
import { commitOffsets, ensureTopics } from '../../src/stage/kafka-admin.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { encodeAlarm } from '../../src/topics/alarm-record.ts';
import { topicDefinitions } from '../../src/topics/topic-names.ts';
import { exampleAlarm } from '../notify/alarms.ts';
import { temporaryFolder } from '../support/vigil.ts';

test('a group is waited for until it has worked on every record, and named when it has not in time', async (t) => {
  const broker = await Broker.start({ dataDir: join(await temporaryFolder(t), 'data'), port: 0 });
  t.after(() => broker.close());
  const common = { brokers: [broker.bootstrap], clientId: 'test' };
  const topics = topicDefinitions({ partitions: 3, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ ...common, topics });
  const producer = await openRecordProducer(common);
  t.after(() => producer.close());
  await producer.send([1, 2, 3].map((n) => encodeAlarm(exampleAlarm(n, ['hook']))));
  const followers = [{ group: 'notify-hook', topic: 'alarms', title: 'notifier hook' }];
  const wait = (withinMs: number) =>
    whenFollowedUp({ ...common, followers, withinMs, signal: new AbortController().signal });
  const commit = (offset: bigint) =>
    commitOffsets({ ...common, groupId: 'notify-hook', topic: 'alarms', offsets: new Map([[0, offset]]) });
  assert.deepEqual(await wait(1), followers, 'nothing is committed yet');
  await commit(2n);
  const waiting = wait(120_000);
  await commit(3n);
  assert.deepEqual(await waiting, []);
  assert.deepEqual(await whenFollowedUp({ ...common, followers: [], withinMs: 0, signal: AbortSignal.abort() }), []);
});
