import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { Broker } from '../../../src/broker/index.ts';
import { ensureTopics } from '../../../src/stage/kafka-admin.ts';
import { openRecordProducer } from '../../../src/stage/record-producer.ts';
import { encodeFrame } from '../../../src/topics/frame-record.ts';
import { topicDefinitions } from '../../../src/topics/topic-names.ts';
import { filmFrames } from '../../detect/support/film-frames.ts';
import { media, model, modelsFolder } from '../../support/material.ts';
import { startVigil, temporaryFolder } from '../../support/vigil.ts';

const film = media('people/one-by-one-person-detection.mp4');
const hasModels = model('yolox_nano.onnx') !== undefined && model('FastestDet.onnx') !== undefined;
const skip = film && hasModels ? false : 'needs one-by-one-person-detection.mp4, yolox_nano.onnx and FastestDet.onnx';
const partitions = 4;

test('two real models look at past frames of the film, and are compared', { skip }, async (t) => {
  const broker = await Broker.start({ port: 0 });
  t.after(() => broker.close());
  const brokers = [broker.bootstrap];
  const topics = topicDefinitions({ partitions, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers, clientId: 'test', topics });
  const numbers = Array.from({ length: 41 }, (_, index) => index * 30);
  const frames = await filmFrames(film ?? '', numbers);
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  await producer.send(
    frames.map(({ jpeg, width, height }, frame) => {
      const times = { capturedAtUs: 1_760_000_000_000_000 + frame * 1_000_000, ptsUs: frame * 1_000_000 };
      const header = { camera: 'hall', session: 's', frame, ...times, width, height };
      return encodeFrame({ ...header, jpeg: Buffer.from(jpeg) }, partitions);
    }),
  );
  await producer.close();
  const vigil = (...args: string[]) =>
    startVigil(t, [...args, '--brokers', broker.bootstrap], { VIGIL_MODELS: modelsFolder }).ended;
  for (const [id, name] of [
    ['people@1', 'yolox-nano'],
    ['people@2', 'fastestdet'],
  ] as const) {
    const { code, stdout, stderr } = await vigil('detect', '--as', id, '--from', 'beginning', '--model', name);
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`${id} \\(${name}\\): 41 of 41 frames have their result`));
  }
  const folder = await temporaryFolder(t);
  const { stdout, stderr, code } = await vigil('compare', 'people@1', 'people@2', '--json', '--save', folder);
  assert.equal(code, 0, stderr);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { hall } = lines.at(-1).cameras;
  assert.deepEqual([hall.frames, hall.failed, hall.onlyFirst, hall.onlySecond], [41, 0, 0, 0]);
  // Six people pass one at a time: both see most of them, and nobody where nobody is.
  assert.ok(hall.agreeing >= 30 && hall.same >= 25, JSON.stringify(hall));
  assert.equal(lines.length - 1, hall.frames - hall.agreeing);
  assert.equal((await readdir(folder)).length, Math.min(12, lines.length - 1));
});
