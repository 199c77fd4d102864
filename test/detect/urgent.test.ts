import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { wallClockUs } from '../../src/base/clock.ts';
import { startDetect } from '../../src/detect/start-detect.ts';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { openRecordConsumer } from '../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { framesOfRanges } from '../../src/topics/frame-ranges.ts';
import { encodeFrame } from '../../src/topics/frame-record.ts';
import type { IncomingRecord } from '../../src/topics/record.ts';
import { decodeResult, type Result } from '../../src/topics/result-record.ts';
import { decodeSkipStatement, type SkipStatement } from '../../src/topics/skip-statement.ts';
import { topicDefinitions, topicNames } from '../../src/topics/topic-names.ts';
import { startBroker } from '../broker/start-broker.ts';

const clientId = 'test';
const partitions = 3;
const logger = pino({ level: 'silent' });

interface Answered extends Result {
  /** When it was written, milliseconds since 1970. */
  atMs: number;
}

/** A broker with the topics, detectors that only take their time, and what they write. */
async function site(t: TestContext) {
  const broker = await startBroker();
  const brokers = [broker.bootstrap];
  const closing: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const close of closing) await close();
    await broker.close();
  });
  const topics = topicDefinitions({ partitions, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers, clientId, topics });
  const producer = await openRecordProducer({ brokers, clientId });
  closing.push(() => producer.close());
  const results: Answered[] = [];
  const skips: SkipStatement[] = [];
  const reader = await openRecordConsumer({
    brokers,
    clientId,
    topics: [topicNames.processedImages, topicNames.ledger],
    from: 'beginning',
  });
  closing.push(() => reader.close());
  const news = { changed: Promise.withResolvers<void>() };
  const follow = async () => {
    for await (const record of reader) {
      take(record);
      news.changed.resolve();
      news.changed = Promise.withResolvers();
    }
  };
  const take = (record: IncomingRecord) => {
    if (record.topic === topicNames.ledger) skips.push(decodeSkipStatement(record));
    else results.push({ ...decodeResult(record), atMs: record.timestampMs });
  };
  void follow();
  return {
    async detect(name: string, model: string, maxLagMs?: number) {
      const urgent = maxLagMs === undefined ? {} : { maxLagMs };
      const detector = { name, model, workers: 1, embed: false, ...urgent };
      const part = await startDetect({ brokers, detector, cacheDir: '.', logger });
      closing.unshift(() => part.close());
    },
    async publish(frame: number, capturedAtUs: number) {
      const about = { camera: 'gate', session: 's', ptsUs: frame, width: 64, height: 48 };
      await producer.send([
        encodeFrame({ ...about, frame, capturedAtUs, jpeg: Buffer.from('no picture') }, partitions),
      ]);
    },
    of: (detector: string) => results.filter((result) => result.detector === detector),
    skipped: (detector: string) =>
      skips.filter((skip) => skip.detector === detector).flatMap((skip) => [...framesOfRanges(skip.frames)]),
    skips,
    async until(condition: () => boolean) {
      while (!condition()) await news.changed.promise;
    },
  };
}

const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, number) => number);

test('an urgent group discards what is too old and says so exactly, frame by frame; a complete one reads all', async (t) => {
  const { detect, publish, of, skipped, skips, until } = await site(t);
  const nowUs = wallClockUs();
  // Every tenth frame is young.
  for (const frame of upTo(120)) await publish(frame, nowUs + (frame % 10 === 0 ? 3600e6 : -3600e6));
  await detect('urgent', 'delay:1ms', 5000);
  await detect('complete', 'delay:1ms');
  await until(() => of('complete@1').length === 120 && of('urgent@1').length + skipped('urgent@1').length === 120);
  assert.deepEqual(
    sorted(of('urgent@1').map(({ frame }) => frame.frame)),
    upTo(12).map((n) => n * 10),
  );
  assert.deepEqual(sorted([...of('urgent@1').map(({ frame }) => frame.frame), ...skipped('urgent@1')]), upTo(120));
  assert.deepEqual(sorted(of('complete@1').map(({ frame }) => frame.frame)), upTo(120));
  assert.ok(skips.length < 108, `consecutive discards gather: ${skips.length} statements`);
  assert.ok(skips.every(({ reason, firstOffset, lastOffset }) => reason === 'max-lag' && firstOffset <= lastOffset));
});

test('behind a model that is too slow the urgent group stays near the present, and the complete one catches up later', async (t) => {
  const { detect, publish, of, skipped, until } = await site(t);
  const maxLagMs = 400;
  await detect('urgent', 'delay:150ms', maxLagMs);
  await detect('complete', 'delay:150ms');
  const startedMs = performance.now();
  for (const frame of upTo(60)) {
    await publish(frame, wallClockUs());
    await delay(Math.max(0, startedMs + (frame + 1) * 40 - performance.now()));
  }
  await until(() => of('complete@1').length === 60 && of('urgent@1').length + skipped('urgent@1').length === 60);
  const lateMs = (results: readonly Answered[]) => results.map(({ atMs, frame }) => atMs - frame.capturedAtUs / 1000);
  const [urgent, complete] = [of('urgent@1'), of('complete@1')];
  // Read within its time, and then looked at; the rest is what a busy machine takes.
  assert.ok(Math.max(...lateMs(urgent)) < maxLagMs + 150 + 1500, `${Math.max(...lateMs(urgent))} ms late`);
  assert.ok(Math.max(...lateMs(complete)) > 4000, `${Math.max(...lateMs(complete))} ms late`);
  assert.ok(urgent.length > 5 && urgent.length < 45, `${urgent.length} of 60 looked at`);
  assert.deepEqual(sorted([...urgent.map(({ frame }) => frame.frame), ...skipped('urgent@1')]), upTo(60));
  assert.deepEqual(sorted(complete.map(({ frame }) => frame.frame)), upTo(60));
});
