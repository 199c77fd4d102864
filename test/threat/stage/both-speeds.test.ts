import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLogger } from '../../../src/base/logger.ts';
import { Broker } from '../../../src/broker/index.ts';
import { ensureTopics } from '../../../src/stage/kafka-admin.ts';
import { openRecordConsumer } from '../../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../../src/stage/record-producer.ts';
import { startThreat } from '../../../src/threat/stage/start-threat.ts';
import { decodeThreatState } from '../../../src/threat/stage/threat-state.ts';
import { decodeEvent } from '../../../src/topics/event-record.ts';
import { topicDefinitions } from '../../../src/topics/topic-names.ts';
import { overStatement } from '../../stage/killed-stage.ts';
import { temporaryFolder } from '../../support/vigil.ts';
import { framePartitions, scuffleModel, scuffleRecords, stripes } from './scuffle-results.ts';

const session = '20260314T101112.131Z-0a1b';
const frames = 60;

test('a moment that is found at once and by judging every frame is told once', { timeout: 120_000 }, async (t) => {
  await using broker = await Broker.start({ dataDir: join(await temporaryFolder(t), 'data'), port: 0 });
  const brokers = [broker.bootstrap];
  const topics = topicDefinitions({ partitions: framePartitions, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers, clientId: 'test', topics });
  const stage = await startThreat({
    brokers,
    threat: { kinds: ['fight'], detectors: ['people@1'] },
    model: scuffleModel,
    shrink: stripes,
    logger: createLogger('test', { level: 'silent' }),
  });
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  const records = scuffleRecords('yard', session, frames).map((record) => ({ ...record, partition: 0 }));
  await producer.send([...records, overStatement('yard', session, frames)]);
  await producer.close();

  const states = await openRecordConsumer({ brokers, clientId: 'test', topics: ['threat_state'], from: 'beginning' });
  for await (const record of states) {
    const { order } = decodeThreatState(record).detectors['people@1'] ?? {};
    if (order?.current?.next === frames) break;
  }
  await states.close();
  // Whoever hurries is done when the stage has ended: it takes what it has read with it.
  await stage.close();
  const told = [];
  const events = await openRecordConsumer({ brokers, clientId: 'test', topics: ['events'], from: 'beginning' });
  // No event, and behind all of the camera's.
  const { partition: _, ...end } = overStatement('yard', session, frames);
  const marker = await openRecordProducer({ brokers, clientId: 'test' });
  await marker.send([{ ...end, topic: 'events', key: 'yard' }]);
  await marker.close();
  for await (const record of events) {
    if (record.headers.get('ce_type') !== 'vigil.event.v1') break;
    told.push(decodeEvent(record));
  }
  await events.close();
  assert.equal(told.length, 1);
  assert.deepEqual([told[0]?.threat, told[0]?.frame], ['fight', 33]);
});
