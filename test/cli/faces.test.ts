import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { importSharp } from '../../src/detect/picture/import-sharp.ts';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { encodeEvent } from '../../src/topics/event-record.ts';
import { encodePerson } from '../../src/topics/people-record.ts';
import type { OutgoingRecord } from '../../src/topics/record.ts';
import { encodeResult } from '../../src/topics/result-record.ts';
import { topicDefinitions } from '../../src/topics/topic-names.ts';
import { startBroker } from '../broker/start-broker.ts';
import { media, model, modelsFolder } from '../support/material.ts';
import { startVigil, temporaryFolder } from '../support/vigil.ts';

const photo = (name: string) => media(`faces/photos/${name}`) ?? '';
const obama = [
  photo('examples_obama.jpg'),
  photo('examples_obama2.jpg'),
  photo('examples_knn_examples_test_obama1.jpg'),
];
const biden = photo('examples_knn_examples_train_biden_biden2.jpg');
const both = photo('examples_two_people.jpg');
const isThere = [...obama, biden, both].every(Boolean) && model('yunet_n_dynamic.onnx');

/** A broker that knows one stranger and what else is told, and `vigil faces` against it. */
async function prepare(t: TestContext, more: readonly OutgoingRecord[] = []) {
  const broker = await startBroker();
  t.after(() => broker.close());
  const brokers = [broker.bootstrap];
  const settings = { partitions: 1, retentionMs: -1, retentionBytes: -1 };
  await ensureTopics({ brokers, clientId: 'test', topics: topicDefinitions(settings) });
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  await producer.send([encodePerson({ person: 'unknown-5d0c1b7e', isEnrolled: false, atUs: 1 }), ...more]);
  await producer.close();
  const env = { VIGIL_MODELS: modelsFolder, XDG_CACHE_HOME: await temporaryFolder(t) };
  return async (...args: string[]) => {
    const { code, stdout, stderr } = await startVigil(t, ['faces', ...args, '--brokers', brokers.join(',')], env).ended;
    return { code, stdout, stderr, json: () => JSON.parse(stdout) };
  };
}

test('people are enrolled, compared, named and erased', {
  skip: !isThere && 'no photos or models',
}, async (t) => {
  const faces = await prepare(t);
  const enrolled = await faces('enroll', 'Barack Obama', obama[0] ?? '', obama[1] ?? '', both, '--json');
  assert.equal(enrolled.code, 1, 'one photo was refused');
  const { person, enrolled: taken, refused } = enrolled.json();
  assert.deepEqual([person, taken.length, refused.length], ['barack-obama', 2, 1]);
  assert.match(refused[0].message, /2 faces were found/);

  const verified = await faces('verify', 'barack obama', obama[2] ?? '', biden);
  assert.equal(verified.code, 1);
  assert.match(verified.stdout, /obama1\.jpg: Barack Obama \(distance 0\.\d+\)\n.*biden2\.jpg: not Barack Obama/);
  assert.match(
    verified.stdout,
    /same person up to a distance of 0\.55: 0 of \d+ pairs of different people were nearer/,
  );

  const named = await faces('name', 'unknown-5d0c1b7e', 'Barack Obama');
  assert.match(named.stdout, /unknown-5d0c1b7e is Barack Obama now, in past events too/);
  const removed = await faces('remove', 'unknown-5d0c1b7e', '--json');
  assert.deepEqual(removed.json(), {
    person: 'barack-obama',
    ids: ['barack-obama', 'unknown-5d0c1b7e'],
    embeddings: 2,
    crops: 2,
  });
  const gone = await faces('show', 'Barack Obama');
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /nobody is called "Barack Obama"/);
});

/** A frame that is a photo, and the event that somebody was seen in it. */
async function seenIn(path: string): Promise<{ id: string; records: OutgoingRecord[] }> {
  const jpeg = await readFile(path);
  const { width = 0, height = 0 } = await (await importSharp())(jpeg).metadata();
  const frame = { camera: 'yard', session: 's1', frame: 0, capturedAtUs: 1e6, ptsUs: 0, width, height };
  const result = { frame, detector: 'people@1', inferenceUs: 1, detections: [], frameRef: 'raw_video_frames/0/0' };
  const track = 'yard/s1/0.1';
  const event = {
    ...{
      id: `${track}/face-unknown/0`,
      type: 'face-unknown' as const,
      camera: 'yard',
      session: 's1',
      track,
      number: 1,
    },
    ...{ detector: 'people@1', label: 'person', frame: 0, ptsUs: 0, atUs: 1e6, score: 0.9, durationMs: 0 },
    box: { x: 0, y: 0, width, height },
    evidence: ['yard/s1/0'],
    evidenceRefs: ['processed_images/0/0'],
  };
  return { id: event.id, records: [encodeResult(result, jpeg, 1), encodeEvent(event)] };
}

test('the face of an event is enrolled from its own frame, found by another photo, and merged with its double', {
  skip: !isThere && 'no photos or models',
}, async (t) => {
  const { id, records } = await seenIn(obama[0] ?? '');
  const faces = await prepare(t, records);
  const enrolled = await faces('enroll', 'Barack', '--event', id, '--json');
  assert.deepEqual([enrolled.json().person, enrolled.json().enrolled], ['barack', [id]]);
  const unheard = await faces('enroll', 'Barack', '--event', 'yard/s1/9.9/face-unknown/9');
  assert.equal(unheard.code, 2);
  assert.match(unheard.stderr, /There is no event "yard\/s1\/9\.9\/face-unknown\/9"/);
  const found = await faces('search', obama[2] ?? '');
  assert.match(found.stdout, /Barack/);
  assert.equal((await faces('enroll', 'Obama', obama[1] ?? '')).code, 0);
  assert.equal((await faces('merge', 'Obama', 'Barack')).code, 0);
  const removed = await faces('remove', 'Barack', '--json');
  assert.deepEqual([removed.json().ids.toSorted(), removed.json().embeddings], [['barack', 'obama'], 2]);
});

test('a photo that nobody can be recognised by is refused with the reason', {
  skip: !isThere && 'no photos or models',
}, async (t) => {
  const faces = await prepare(t);
  const folder = await temporaryFolder(t);
  const sharp = await importSharp();
  const made = async (name: string, bytes: Promise<Buffer> | Buffer) => {
    await writeFile(join(folder, name), await bytes);
    return join(folder, name);
  };
  const plain = { create: { width: 300, height: 300, channels: 3 as const, background: '#808080' } };
  const photos = [
    await made('empty.png', sharp(plain).png().toBuffer()),
    await made('blurred.jpg', sharp(biden).resize(600).blur(9).jpeg().toBuffer()),
    await made('tiny.jpg', sharp(biden).resize(60).jpeg().toBuffer()),
    await made('corrupt.jpg', Buffer.from('\xff\xd8 this is no photo', 'latin1')),
    join(folder, 'missing.jpg'),
  ];
  const { code, stderr } = await faces('enroll', 'Joe', ...photos);
  assert.equal(code, 1);
  assert.match(stderr, /empty\.png: no face was found/);
  assert.match(stderr, /blurred\.jpg: the face is blurred/);
  assert.match(stderr, /tiny\.jpg: the face is tiny/);
  assert.match(stderr, /corrupt\.jpg: the photo does not decode/);
  assert.match(stderr, /missing\.jpg cannot be read \(ENOENT\)/);
});
