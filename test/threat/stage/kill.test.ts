import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Broker } from '../../../src/broker/index.ts';
import { ensureTopics } from '../../../src/stage/kafka-admin.ts';
import { ThreatDesk } from '../../../src/threat/stage/threat-desk.ts';
import type { TrackEvent } from '../../../src/topics/event-schema.ts';
import type { IncomingRecord } from '../../../src/topics/record.ts';
import { topicDefinitions } from '../../../src/topics/topic-names.ts';
import { killWhileWriting, overStatement, readEvents, shuffleLanes } from '../../stage/killed-stage.ts';
import { Random } from '../../stage/order/random.ts';
import { temporaryFolder } from '../../support/vigil.ts';
import { framePartitions, scuffleModel, scuffleRecords, stripes, withoutLateness } from './scuffle-results.ts';

const cameras = ['yard', 'gate'];
const session = '20260314T101112.131Z-0a1b';
const frames = 300;
const kills = 2;

/** What an undisturbed stage says of a camera. */
async function expectedEvents(camera: string): Promise<TrackEvent[]> {
  const pictures = { of: (record: IncomingRecord) => stripes(record.value) };
  const common = { detectors: ['people@1'], delivery: () => 'exactly-once' as const, isNews: () => true };
  const kinds = ['fight', 'crowding'] as const;
  const desk = new ThreatDesk({ ...common, kinds, model: scuffleModel, pictures, nowMs: () => 0 });
  for (const [offset, record] of scuffleRecords(camera, session, frames).entries()) {
    const read = { ...record, partition: 0, offset: BigInt(offset), timestampMs: 0, key: Buffer.from(camera) };
    await desk.prepare(read);
    desk.add(read);
  }
  const ends = [BigInt(frames), BigInt(frames)];
  for (const { detector, ticket } of desk.wantingProgress()) desk.advance(detector, { ticket, ends, processed: ends });
  const events = desk.take().flatMap(({ records }) => records.filter(({ topic }) => topic === 'events'));
  return withoutLateness(events.map(({ value }) => JSON.parse(value.toString()) as TrackEvent));
}

test('a threat stage that is killed again and again suspects everything once', { timeout: 120_000 }, async (t) => {
  const seed = Number(process.env.VIGIL_SEED ?? Math.floor(Math.random() * 1e6));
  t.diagnostic(`VIGIL_SEED=${seed}`);
  const random = new Random(seed);
  await using broker = await Broker.start({ dataDir: join(await temporaryFolder(t), 'data'), port: 0 });
  const topics = topicDefinitions({ partitions: framePartitions, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers: [broker.bootstrap], clientId: 'test', topics });
  // Two lanes of each camera: its results come in another order than its frames.
  const lanes = cameras.flatMap((camera, partition) => {
    const records = scuffleRecords(camera, session, frames).map((record) => ({ ...record, partition }));
    return [0, 1].map((lane) => records.filter((_, frame) => frame % 2 === lane));
  });
  const over = cameras.map((camera) => overStatement(camera, session, frames));
  const records = [...shuffleLanes(lanes, random), ...over];
  const entry = join(import.meta.dirname, 'threat-entry.ts');
  await killWhileWriting(t, { broker: broker.bootstrap, entry, records, kills, random });

  const expected = await Promise.all(cameras.map(expectedEvents));
  assert.deepEqual(
    expected.map((each) => each.length),
    [3, 3],
  );
  const events = await readEvents(broker.bootstrap, expected.flat().length);
  for (const [index, camera] of cameras.entries()) {
    assert.deepEqual(withoutLateness(events.filter((each) => each.camera === camera)), expected[index]);
  }
});
