import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Broker } from '../../src/broker/index.ts';
import { RuleDesk } from '../../src/rules/rule-desk.ts';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { openRecordConsumer } from '../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { alarmKey, decodeAlarmEntry } from '../../src/topics/alarm-record.ts';
import { encodeEvent, encodeFrameTracks } from '../../src/topics/event-record.ts';
import { topicDefinitions } from '../../src/topics/topic-names.ts';
import { temporaryFolder } from '../support/vigil.ts';
import { exampleEvent, session, testRules } from './test-rules.ts';

const cameras = ['yard', 'gate', 'hall'];
const kills = 2;

async function startProcess(t: TestContext, broker: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'rules-entry.ts'), broker], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout ?? child, 'data');
  return child;
}

/** The alarms of an undisturbed run, by their keys. */
function expectedAlarms(events: ReturnType<typeof exampleEvent>[]): string[] {
  const desk = new RuleDesk({ rules: testRules, nowUs: () => 0 });
  for (const event of events) {
    const { headers, value } = encodeEvent(event);
    desk.add({ topic: 'events', partition: 0, offset: 0n, timestampMs: 0, key: null, headers, value });
  }
  return desk.takeAlarms().map(alarmKey);
}

test('rules that are killed again and again raise every alarm once, and go on with what they waited for', {
  timeout: 120_000,
}, async (t) => {
  await using broker = await Broker.start({ dataDir: join(await temporaryFolder(t), 'data'), port: 0 });
  const brokers = [broker.bootstrap];
  const topics = topicDefinitions({ partitions: 3, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers, clientId: 'test', topics });
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  t.after(() => producer.close({ abort: true }));
  const began = Array.from({ length: 31 }, (_, second) =>
    cameras.map((camera) => exampleEvent(camera, 'track-began', second, second)),
  ).flat();
  let rules = await startProcess(t, broker.bootstrap);
  for (let kill = 0; kill < kills; kill++) {
    await producer.send(began.slice(kill * 30, kill * 30 + 30).map((event) => encodeEvent(event)));
    rules.kill('SIGKILL');
    await once(rules, 'exit');
    rules = await startProcess(t, broker.bootstrap);
  }
  await producer.send(began.slice(kills * 30).map((event) => encodeEvent(event)));
  // Somebody stays: the rules are killed once more while they wait, and only the camera's clock goes on.
  await producer.send([encodeEvent(exampleEvent('yard', 'zone-entered', 99, 100))]);
  const consumer = await openRecordConsumer({ brokers, clientId: 'test', topics: ['alarms'], from: 'beginning' });
  const expected = expectedAlarms(began);
  assert.equal(expected.length, 30);
  const found: string[] = [];
  const stays: string[] = [];
  for await (const record of consumer) {
    const entry = decodeAlarmEntry(record);
    if (entry?.kind !== 'alarm') continue;
    const { rule, level, severity, notify } = entry.alarm;
    if (rule === 'third') found.push(alarmKey(entry.alarm));
    else stays.push(`${level} ${severity} ${notify}`);
    if (stays.length === 2) break;
    if (rule !== 'third' || found.length < expected.length) continue;
    rules.kill('SIGKILL');
    await once(rules, 'exit');
    rules = await startProcess(t, broker.bootstrap);
    const tracks = { camera: 'yard', session, frame: 106, detector: 'people@1', tracks: [] };
    const ticking = setInterval(() => void producer.send([encodeFrameTracks(tracks, 106e6)]).catch(() => {}), 200);
    t.after(() => clearInterval(ticking));
  }
  await consumer.close();
  assert.deepEqual(found.toSorted(), expected.toSorted());
  assert.deepEqual(stays, ['0 warning phone', '1 critical pager']);
});
