import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { readToEnd } from '../../src/stage/read-to-end.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { encodeDeadLetter } from '../../src/topics/dead-letter-record.ts';
import { encodeFrame } from '../../src/topics/frame-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { decodeResult } from '../../src/topics/result-record.ts';
import { topicDefinitions, topicNames } from '../../src/topics/topic-names.ts';
import { startBroker } from '../broker/start-broker.ts';
import { startVigil, temporaryFolder } from '../support/vigil.ts';

const clientId = 'test';

/** A record as a detector would have read it. */
function asRead({ topic, value, headers }: OutgoingRecord, offset: bigint): IncomingRecord {
  return { topic, partition: 0, offset, timestampMs: Date.now(), key: null, value, headers };
}

/** A broker that holds a given-up frame of `people@1`, a record that was no frame, and what another detector gave up. */
async function prepare(t: TestContext): Promise<string[]> {
  const broker = await startBroker();
  t.after(() => broker.close());
  const brokers = [broker.bootstrap];
  const settings = { partitions: 3, retentionMs: -1, retentionBytes: -1 };
  await ensureTopics({ brokers, clientId, topics: topicDefinitions(settings) });
  const header = { camera: 'yard', session: 's', frame: 7, capturedAtUs: 1_760_000_000_000_000, ptsUs: 0 };
  const frame = encodeFrame({ ...header, width: 8, height: 8, jpeg: Buffer.from('a picture') }, 3);
  const noFrame = { topic: topicNames.rawVideoFrames, value: Buffer.from('no frame'), headers: new Map() };
  const error = { code: 'FRAME_POISONOUS', message: 'it ended the process 3 times' };
  const producer = await openRecordProducer({ brokers, clientId });
  await producer.send([
    encodeDeadLetter(asRead(frame, 41n), 'people@1', error),
    encodeDeadLetter(asRead(noFrame, 42n), 'people@1', { code: 'RECORD_INVALID', message: 'no camera' }),
    encodeDeadLetter(asRead(frame, 41n), 'cars@1', error),
  ]);
  await producer.close();
  return brokers;
}

test('what detectors gave up is listed, and tried again once', async (t) => {
  const brokers = await prepare(t);
  const folder = await temporaryFolder(t);
  const config = join(folder, 'vigil.yml');
  await writeFile(config, 'detectors: { people: { model: "delay:1ms" } }\n');
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await startVigil(t, ['dead-letters', ...args, '--brokers', brokers.join(',')])
      .ended;
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const list = async () =>
    (await run('list', '--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  const before = await list();
  assert.deepEqual(
    before.map(({ detector, frame, ref, error, wasRetried }) => [detector, frame, ref, error.code, wasRetried]),
    [
      ['people@1', 'yard/s/7', 'raw_video_frames/0/41', 'FRAME_POISONOUS', false],
      ['people@1', null, 'raw_video_frames/0/42', 'RECORD_INVALID', false],
      ['cars@1', 'yard/s/7', 'raw_video_frames/0/41', 'FRAME_POISONOUS', false],
    ],
  );
  assert.match(await run('list'), /people@1 {2}yard\/s\/7 {2}FRAME_POISONOUS: it ended the process 3 times\n/);

  const [first] = JSON.parse(await run('retry', config, '--json'));
  assert.deepEqual(first, { detector: 'people@1', succeeded: 1, failed: 1 });
  const [again] = JSON.parse(await run('retry', config, '--json'));
  assert.deepEqual(again, { detector: 'people@1', succeeded: 0, failed: 0 });
  assert.deepEqual(
    (await list()).map(({ wasRetried }) => wasRetried),
    [true, true, false],
  );

  const results: IncomingRecord[] = [];
  const asked = { brokers, clientId, topic: topicNames.processedImages, from: 'beginning' } as const;
  await readToEnd(asked, (record) => void results.push(record));
  const [result, ...more] = results;
  assert.deepEqual(more, []);
  assert.ok(result);
  const { frame, detector, frameRef, error } = decodeResult(result);
  assert.deepEqual([frame.frame, detector, frameRef, error], [7, 'people@1', 'raw_video_frames/0/41', undefined]);
  assert.equal(result.headers.get('retry_of'), 'dead_letters/0/0');
  assert.equal(result.value.toString(), 'a picture');
});
