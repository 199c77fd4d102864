import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLogger } from '../../src/base/logger.ts';
import { Broker } from '../../src/broker/index.ts';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { openRecordConsumer } from '../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import type { FrameTracks, TrackEvent } from '../../src/topics/event-schema.ts';
import type { OutgoingRecord } from '../../src/topics/record.ts';
import { topicDefinitions } from '../../src/topics/topic-names.ts';
import { startTrack } from '../../src/track/start-track.ts';
import { TrackDesk } from '../../src/track/track-desk.ts';
import { defaultTrackerSettings } from '../../src/track/tracker.ts';
import { killWhileWriting, overStatement, readEvents, shuffleLanes } from '../stage/killed-stage.ts';
import { Random } from '../stage/order/random.ts';
import { temporaryFolder } from '../support/vigil.ts';
import { walkRecords, walkResults, withoutPlaces } from './walk-results.ts';

const cameras = ['yard', 'gate'];
const session = '20260314T101112.131Z-0a1b';
const frames = 240;
const partitions = 3;
const kills = 5;

/** What an undisturbed stage says of a camera. */
function expectedEvents(camera: string): TrackEvent[] {
  const desk = new TrackDesk({
    follow: {},
    otherwise: 'people@1',
    delivery: () => 'exactly-once',
    scenes: {},
    settings: defaultTrackerSettings,
    onGap: () => {},
  });
  for (const record of walkResults({ camera, session, frames, partitions })) desk.add(record);
  const ends = Array.from({ length: partitions }, () => BigInt(frames));
  for (const { detector, ticket } of desk.wantingProgress()) desk.advance(detector, { ticket, ends, processed: ends });
  desk.learn({ camera, session, published: frames, isOver: true });
  const records = desk.take().flatMap((each) => each.records);
  const events = records.filter(({ topic }) => topic === 'events');
  return withoutPlaces(events.map(({ value }) => JSON.parse(value.toString()) as TrackEvent));
}

/** The frames of both cameras in the order in which a group of detectors may write them. */
function mixed(random: Random): OutgoingRecord[] {
  const lanes = cameras.flatMap((camera) => {
    const records = walkRecords({ camera, session, frames, partitions });
    return Array.from({ length: partitions }, (_, lane) => records.filter((_, frame) => frame % partitions === lane));
  });
  return shuffleLanes(lanes, random).map((record) => ({ ...record, partition: cameras.indexOf(record.key ?? '') }));
}

test('a track stage that is killed again and again says everything once', { timeout: 120_000 }, async (t) => {
  const seed = Number(process.env.VIGIL_SEED ?? Math.floor(Math.random() * 1e6));
  t.diagnostic(`VIGIL_SEED=${seed}`);
  const random = new Random(seed);
  await using broker = await Broker.start({ dataDir: join(await temporaryFolder(t), 'data'), port: 0 });
  const brokers = [broker.bootstrap];
  const topics = topicDefinitions({ partitions, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers, clientId: 'test', topics });
  const records = [...mixed(random), ...cameras.map((camera) => overStatement(camera, session, frames))];
  const entry = join(import.meta.dirname, 'track-entry.ts');
  await killWhileWriting(t, { broker: broker.bootstrap, entry, records, kills, random });

  const expected = cameras.map(expectedEvents);
  const events = await readEvents(broker.bootstrap, expected.flat().length);
  for (const [index, camera] of cameras.entries()) {
    assert.deepEqual(withoutPlaces(events.filter((each) => each.camera === camera)), expected[index]);
  }
});

test('a film that is over ends its tracks also when nothing new came since the stage was restarted', {
  timeout: 120_000,
}, async (t) => {
  await using broker = await Broker.start({ dataDir: join(await temporaryFolder(t), 'data'), port: 0 });
  const brokers = [broker.bootstrap];
  const topics = topicDefinitions({ partitions, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers, clientId: 'test', topics });
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  await producer.send(mixed(new Random(7)));
  const options = {
    brokers,
    track: { follow: {}, otherwise: 'people@1', scenes: {} },
    logger: createLogger('test', { level: 'silent' }),
  };
  const first = await startTrack(options);
  const places = await openRecordConsumer({ brokers, clientId: 'test', topics: ['tracks'], from: 'beginning' });
  const through = new Set<string>();
  for await (const { value } of places) {
    const { camera, frame } = JSON.parse(value.toString()) as FrameTracks;
    if (frame === frames - 1) through.add(camera);
    if (through.size === cameras.length) break;
  }
  await places.close();
  await first.close();
  const second = await startTrack(options);
  await producer.send(cameras.map((camera) => overStatement(camera, session, frames)));
  await producer.close();

  const expected = cameras.map(expectedEvents);
  const events = await readEvents(broker.bootstrap, expected.flat().length);
  await second.close();
  for (const [index, camera] of cameras.entries()) {
    assert.deepEqual(withoutPlaces(events.filter((each) => each.camera === camera)), expected[index]);
  }
});

test('two track stages share the cameras, and one that leaves hands its own over', { timeout: 120_000 }, async (t) => {
  await using broker = await Broker.start({ dataDir: join(await temporaryFolder(t), 'data'), port: 0 });
  const brokers = [broker.bootstrap];
  await ensureTopics({
    brokers,
    clientId: 'test',
    topics: topicDefinitions({ partitions, retentionMs: -1, retentionBytes: -1 }),
  });
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  const records = mixed(new Random(11));
  const share = Math.floor(records.length / 4);
  const logger = createLogger('test', { level: 'silent' });
  const track = { follow: {}, otherwise: 'people@1', scenes: {} };
  const first = await startTrack({ brokers, track, logger });
  await producer.send(records.splice(0, share));
  const second = await startTrack({ brokers, track, logger });
  // Its joining makes the group share out anew, while results go on.
  for (let part = 0; part < 20; part++) {
    await producer.send(records.splice(0, Math.ceil(share / 10)));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await first.close();
  await producer.send(records);
  await producer.send(cameras.map((camera) => overStatement(camera, session, frames)));
  await producer.close();

  const expected = cameras.map(expectedEvents);
  const events = await readEvents(broker.bootstrap, expected.flat().length);
  await second.close();
  for (const [index, camera] of cameras.entries()) {
    assert.deepEqual(withoutPlaces(events.filter((each) => each.camera === camera)), expected[index]);
  }
});
