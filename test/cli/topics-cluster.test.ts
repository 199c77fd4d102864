import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { topicDefinitions, topicNames } from '../../src/topics/topic-names.ts';
import { ApacheKafka, kafkaLibraries } from '../support/apache-kafka.ts';
import { runVigil } from './run-vigil.ts';

const skip = kafkaLibraries() ? false : 'needs Apache Kafka';

test('on three brokers topics have three replicas, and are described as Kafka’s own tool does', { skip }, async () => {
  await using cluster = await ApacheKafka.start({ brokers: 3, folder: mkdtempSync(join(tmpdir(), 'vigil-topics-')) });
  const brokers = cluster.bootstrap.split(',');
  const topics = topicDefinitions({ partitions: 3, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers, clientId: 'test', topics });
  const topic = topicNames.rawVideoFrames;
  const tool = 'org.apache.kafka.tools.TopicCommand';
  const theirs = await cluster.tool(tool, ['--bootstrap-server', cluster.bootstrap, '--describe', '--topic', topic]);
  assert.match(theirs, /ReplicationFactor: 3/);
  assert.match(theirs, /min\.insync\.replicas=2/);
  const described = await runVigil(['topics', 'describe', topic, '--brokers', cluster.bootstrap]);
  const rows = described.stdout.trim().split('\n').slice(2);
  const ours = rows.map((row) => row.trim().split(/\s+/).slice(0, 4));
  const wanted = [...theirs.matchAll(/Partition: (\d+)\s+Leader: (\d+)\s+Replicas: (\S+)\s+Isr: (\S+)/g)];
  assert.equal(wanted.length, 3);
  assert.deepEqual(
    ours,
    wanted.map((match) => match.slice(1, 5)),
  );
});
