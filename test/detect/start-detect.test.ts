import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { Broker } from '../../src/broker/index.ts';
import { startDetect } from '../../src/detect/start-detect.ts';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { openRecordConsumer } from '../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { encodeFrame } from '../../src/topics/frame-record.ts';
import { decodeLedgerRecord } from '../../src/topics/ledger-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { decodeResult } from '../../src/topics/result-record.ts';
import { topicDefinitions } from '../../src/topics/topic-names.ts';
import { json, startModelServer } from './support/model-server.ts';
import { plainJpeg } from './support/plain-jpeg.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { writeLightModel } from './support/tiny-model.ts';

const partitions = 4;
const logger = pino({ level: 'silent' });
const size = { width: 64, height: 48 };

/** A broker in memory with the topics. */
async function startBroker(t: TestContext): Promise<readonly string[]> {
  const broker = await Broker.start({ port: 0 });
  t.after(() => broker.close());
  const settings = { partitions, retentionMs: -1, retentionBytes: -1 };
  const brokers = [broker.bootstrap];
  await ensureTopics({ brokers, clientId: 'test', topics: topicDefinitions(settings) });
  return brokers;
}

/** The hand-written model with its manifest, as a user would bring one. */
async function ownModel(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  const manifest = {
    licence: 'CC0-1.0',
    input: { name: 'images', width: 32, height: 32, colours: 'rgb', scale: 1 / 255, fit: 'stretch' },
    decoder: 'yolox',
    outputs: ['output'],
    labels: ['light', 'shadow'],
  };
  await writeFile(join(folder, 'light.yml'), stringify(manifest));
  return writeLightModel(folder);
}

function frame(camera: string, number: number, jpeg: Buffer): OutgoingRecord {
  const times = { capturedAtUs: 1_760_000_000_000_000 + number, ptsUs: number };
  return encodeFrame({ camera, session: 's', frame: number, ...times, ...size, jpeg }, partitions);
}

async function publish(brokers: readonly string[], records: readonly OutgoingRecord[]): Promise<void> {
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  await producer.send(records);
  await producer.close();
}

async function read(brokers: readonly string[], topic: string, count: number): Promise<IncomingRecord[]> {
  const consumer = await openRecordConsumer({ brokers, clientId: 'test', topics: [topic], from: 'beginning' });
  const records: IncomingRecord[] = [];
  for await (const record of consumer) if (records.push(record) === count) break;
  await consumer.close();
  return records;
}

test('every frame of the log gets one result, a broken one included, and a restart repeats none', async (t) => {
  const brokers = await startBroker(t);
  const model = await ownModel(t);
  const start = () =>
    startDetect({
      brokers,
      detector: { name: 'lights', model, workers: 2, cameras: ['yard', 'gate'], embed: true },
      cacheDir: join(model, 'nowhere'),
      logger,
    });
  const [white, black] = [await plainJpeg(64, 48, 255), await plainJpeg(64, 48, 0)];
  const pictures = Array.from({ length: 10 }, (_, number) => (number % 2 === 0 ? white : black));
  await publish(brokers, [
    ...pictures.map((jpeg, number) => frame('yard', number, jpeg)),
    ...pictures.map((jpeg, number) => frame('gate', number, jpeg)),
    frame('elsewhere', 0, white),
    frame('yard', 10, Buffer.from('no picture')),
    { topic: 'raw_video_frames', partition: 0, value: Buffer.from('no frame'), headers: new Map() },
  ]);
  const first = await start();
  const results = (await read(brokers, 'processed_images', 21)).map(decodeResult);
  const letters = await read(brokers, 'dead_letters', 2);
  await first.close();
  await publish(brokers, [frame('yard', 11, white)]);
  const second = await start();
  const all = (await read(brokers, 'processed_images', 22)).map(decodeResult);
  await second.close();

  const seen = results.map(({ frame: { camera, frame: number } }) => `${camera}/${number}`);
  assert.equal(new Set(seen).size, 21);
  for (const { frame: header, detections, detector, error } of results) {
    assert.equal(detector, 'lights@1');
    const broken = header.frame === 10;
    assert.equal(error?.code, broken ? 'FRAME_UNDECODABLE' : undefined);
    assert.equal(detections.length, header.frame % 2 === 0 && !broken ? 1 : 0);
  }
  assert.deepEqual(letters.map(({ value }) => value.toString()).sort(), ['no frame', 'no picture']);
  const after = all.map(({ frame: { camera, frame: number } }) => `${camera}/${number}`);
  assert.equal(new Set(after).size, 22);
  assert.ok(after.includes('yard/11'));
});

test('a label that the model does not know is refused before anything starts', async (t) => {
  const detector = { name: 'lights', model: await ownModel(t), labels: ['lihgt'], workers: 1, embed: true };
  const start = startDetect({ brokers: ['127.0.0.1:1'], detector, cacheDir: '/nowhere', logger });
  await assert.rejects(start, { code: 'CONFIG_INVALID', next: 'Did you mean "light"?' });
});

test('a detector that only takes its time answers every frame, whatever the picture', async (t) => {
  const brokers = await startBroker(t);
  await publish(
    brokers,
    Array.from({ length: 7 }, (_, number) => frame('yard', number, Buffer.from('no picture'))),
  );
  const detector = { name: 'slow', model: 'delay:1ms', workers: 3, embed: false };
  const detect = await startDetect({ brokers, detector, cacheDir: '/nowhere', logger });
  const results = (await read(brokers, 'processed_images', 7)).map(decodeResult);
  await detect.close();
  assert.deepEqual(results.map((result) => result.frame.frame).sort(), [0, 1, 2, 3, 4, 5, 6]);
  assert.ok(results.every(({ detections, error }) => detections.length === 0 && error === undefined));
});

test('while a remote model is away its group lags; once it is back every frame has its result, once', async (t) => {
  const brokers = await startBroker(t);
  const count = 41;
  const numbers = Array.from({ length: count }, (_, number) => number);
  await publish(
    brokers,
    numbers.map((number) => frame('yard', number, Buffer.from(String(number)))),
  );
  const first = await startModelServer(t, (_, response) => response.destroy());
  const detector = { name: 'far', model: `${first.url}/detect`, workers: 1, embed: false };
  const detect = await startDetect({ brokers, detector, cacheDir: '/nowhere', logger });
  while (first.asked.length < 5) await new Promise((resolve) => setTimeout(resolve, 20));
  await first.stop();
  const person = { label: 'person', score: 0.9, box: { x: 1, y: 2, width: 3, height: 4 } };
  await startModelServer(
    t,
    ({ body }, response) => (body.toString() === '7' ? json(response, {}, 422) : json(response, [person])),
    first.port,
  );
  const results = (await read(brokers, 'processed_images', count)).map(decodeResult);
  await detect.close();
  assert.deepEqual(
    results.map((result) => result.frame.frame).toSorted((a, b) => a - b),
    numbers,
  );
  for (const { frame: header, detections, error } of results) {
    assert.equal(error?.code, header.frame === 7 ? 'INFERENCE_FAILED' : undefined);
    assert.equal(detections.length, header.frame === 7 ? 0 : 1);
  }
  const told = (await read(brokers, 'ledger', 3)).map(decodeLedgerRecord);
  const states = told.map((entry) => (entry?.kind === 'model-server' ? entry.statement : undefined));
  assert.equal(states[0]?.breaker, 'open');
  assert.match(states[0]?.error?.message ?? '', /127\.0\.0\.1/);
  assert.deepEqual([states[0]?.detector, states[0]?.server], ['far@1', `${first.url}/detect`]);
});

test('a detector ends quickly though its remote model is away, and leaves the frames for the next', async (t) => {
  const brokers = await startBroker(t);
  await publish(brokers, [frame('yard', 0, Buffer.from('x'))]);
  const { url, stop, port } = await startModelServer(t, () => assert.fail('nobody is there'));
  await stop();
  const detector = { name: 'far', model: url, workers: 1, embed: false };
  const detect = await startDetect({ brokers, detector, cacheDir: '/nowhere', logger });
  await detect.close();
  await startModelServer(t, (_, response) => json(response, []), port);
  const next = await startDetect({ brokers, detector, cacheDir: '/nowhere', logger });
  const [result] = (await read(brokers, 'processed_images', 1)).map(decodeResult);
  assert.equal(result?.frame.frame, 0);
  await next.close();
});
