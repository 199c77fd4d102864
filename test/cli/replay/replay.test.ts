import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import sharp from 'sharp';
import { runAudit } from '../../../src/audit/run-audit.ts';
import { Broker } from '../../../src/broker/index.ts';
import { commitOffsets, committedOffsets, ensureTopics } from '../../../src/stage/kafka-admin.ts';
import { openRecordConsumer } from '../../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../../src/stage/record-producer.ts';
import { encodeFrame } from '../../../src/topics/frame-record.ts';
import { recordRef } from '../../../src/topics/record.ts';
import { type Detection, decodeResult, encodeResult } from '../../../src/topics/result-record.ts';
import { topicDefinitions } from '../../../src/topics/topic-names.ts';
import { startVigil, temporaryFolder } from '../../support/vigil.ts';

const partitions = 4;
const clientId = 'test';
const size = { width: 320, height: 180 };

async function startBroker(t: TestContext) {
  const broker = await Broker.start({ port: 0 });
  t.after(() => broker.close());
  const brokers = [broker.bootstrap];
  const topics = topicDefinitions({ partitions, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers, clientId, topics });
  return brokers;
}

function header(frame: number, camera = 'yard') {
  return { camera, session: 's', frame, capturedAtUs: 1_760_000_000_000_000 + frame * 100_000, ptsUs: frame, ...size };
}

async function publishFrames(brokers: readonly string[], frames: readonly number[], jpeg = Buffer.from('picture')) {
  const producer = await openRecordProducer({ brokers, clientId });
  await producer.send(frames.map((frame) => encodeFrame({ ...header(frame), jpeg }, partitions)));
  await producer.close();
}

async function readAll(brokers: readonly string[], topic: string, count: number) {
  const consumer = await openRecordConsumer({ brokers, clientId, topics: [topic], from: 'beginning' });
  const records = [];
  for await (const record of consumer) if (records.push(record) === count) break;
  await consumer.close();
  return records;
}

function vigil(t: TestContext, brokers: readonly string[], args: readonly string[]) {
  return startVigil(t, [...args, '--brokers', brokers.join(',')]);
}

const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);

test('past frames get a second result, up to the end mark and no further', async (t) => {
  const brokers = await startBroker(t);
  await publishFrames(brokers, numbers(41));
  const replay = ['detect', '--as', 'people@2', '--from', 'beginning', '--model', 'delay:1ms', '--workers', '4'];
  const first = await vigil(t, brokers, [...replay, '--until', 'offset:8']).ended;
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /people@2 \(delay:1ms\): 32 of 32 frames have their result/);
  const results = (await readAll(brokers, 'processed_images', 32)).map(decodeResult);
  assert.equal(new Set(results.map(({ frame }) => frame.frame)).size, 32);
  assert.ok(results.every(({ detector, replay: isReplay }) => detector === 'people@2' && isReplay === true));
  assert.ok(results.every(({ frameRef }) => Number(frameRef.split('/').at(-1)) < 8));

  const rest = await vigil(t, brokers, replay).ended;
  assert.equal(rest.code, 0, rest.stderr);
  assert.match(rest.stderr, /replay-people@2 goes on where it was/);
  const all = (await readAll(brokers, 'processed_images', 41)).map(decodeResult);
  assert.deepEqual(
    all.map(({ frame }) => frame.frame).toSorted((a, b) => a - b),
    numbers(41),
  );

  const again = await vigil(t, brokers, replay).ended;
  assert.match(again.stdout, /41 of 41 frames have their result/);
  const audit = await runAudit({ brokers });
  assert.deepEqual(
    audit.findings.filter(({ detector }) => detector !== undefined),
    [],
  );
});

test('a replay that is killed goes on where it was, and answers no frame twice', async (t) => {
  const brokers = await startBroker(t);
  await publishFrames(brokers, numbers(301));
  const replay = ['detect', '--as', 'slow@3', '--from', 'beginning', '--model', 'delay:20ms', '--workers', '3'];
  const killed = vigil(t, brokers, replay);
  for (;;) {
    const offsets = await committedOffsets({ brokers, clientId, groupId: 'replay-slow@3', topic: 'raw_video_frames' });
    if ([...offsets.values()].reduce((sum, offset) => sum + Number(offset), 0) >= 50) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  killed.child.kill('SIGKILL');
  await killed.ended;
  const next = await vigil(t, brokers, replay).ended;
  assert.equal(next.code, 0, next.stderr);
  assert.match(next.stdout, /301 of 301 frames/);
  const frames = (await readAll(brokers, 'processed_images', 301)).map((record) => decodeResult(record).frame.frame);
  assert.deepEqual(
    frames.toSorted((a, b) => a - b),
    numbers(301),
  );
  const { findings } = await runAudit({ brokers });
  assert.deepEqual(
    findings.filter(({ detector }) => detector !== undefined),
    [],
  );
});

test('a replay from the middle leaves no holes before it in the account', async (t) => {
  const brokers = await startBroker(t);
  await publishFrames(brokers, numbers(40));
  const replay = ['detect', '--as', 'people@2', '--from', '5', '--model', 'delay:0ms'];
  const { code, stderr } = await vigil(t, brokers, replay).ended;
  assert.equal(code, 0, stderr);
  const { findings } = await runAudit({ brokers });
  assert.deepEqual(
    findings.filter(({ detector }) => detector !== undefined),
    [],
  );
});

test('a name under which a detector looks already is refused, and a command line that lacks a bound', async (t) => {
  const brokers = await startBroker(t);
  const offsets = new Map([[0, 0n]]);
  await commitOffsets({ brokers, clientId, groupId: 'detect-people@1', topic: 'raw_video_frames', offsets });
  const cases: [args: string[], said: RegExp][] = [
    [['--as', 'people@1', '--from', 'beginning'], /people@1 is a detector that looks at these frames already/],
    [['--as', 'people@2'], /say from where with --from/],
    [['--from', 'beginning'], /--from is for --as/],
    [['--as', 'people', '--from', 'beginning'], /found "people", expected <name>@<version>/],
  ];
  for (const [args, said] of cases) {
    const { code, stderr } = await vigil(t, brokers, ['detect', ...args]).ended;
    assert.equal(code, 2);
    assert.match(stderr, said);
  }
});

/** Publishes frames and what two detectors are to have said of them. */
async function publishOpinions(
  brokers: readonly string[],
  jpeg: Buffer<ArrayBuffer>,
  opinions: (frame: number) => Record<string, Detection[]>,
  count: number,
) {
  await publishFrames(brokers, numbers(count), jpeg);
  const producer = await openRecordProducer({ brokers, clientId });
  const frames = await readAll(brokers, 'raw_video_frames', count);
  const results = frames.flatMap((record) => {
    const number = Number(record.headers.get('frame'));
    return Object.entries(opinions(number)).map(([detector, detections]) => {
      const result = { frame: header(number), frameRef: recordRef(record), detector, inferenceUs: 1, detections };
      return encodeResult(result, undefined, partitions);
    });
  });
  await producer.send(results);
  await producer.close();
}

function seen(label: string, x: number, score = 0.9): Detection {
  return { label, score, box: { x, y: 20, width: 60, height: 120 } };
}

test('compare names the frames on which two detectors disagree, and draws the worst', async (t) => {
  const brokers = await startBroker(t);
  const picture = sharp({ create: { ...size, channels: 3, background: '#405060' } }).jpeg();
  const jpeg = Buffer.from(await picture.toBuffer());
  const opinions = (frame: number): Record<string, Detection[]> => {
    const first = [seen('person', 50)];
    const second: Record<number, Detection[]> = {
      3: [],
      4: [seen('person', 50), seen('person', 200)],
      5: [seen('person', 80)],
      6: [seen('dog', 52)],
    };
    if (frame === 9) return { 'people@1': first };
    return { 'people@1': first, 'people@2': second[frame] ?? [seen('person', 52)] };
  };
  await publishOpinions(brokers, jpeg, opinions, 11);
  const folder = await temporaryFolder(t);
  const told = await vigil(t, brokers, ['compare', 'people@1', 'people@2', '--save', folder]).ended;
  assert.equal(told.code, 0, told.stderr);
  const [head, row] = told.stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
  assert.deepEqual(Object.fromEntries((head ?? []).map((name, index) => [name, row?.[index]])), {
    camera: 'yard',
    frames: '10',
    agreeing: '6',
    same: '7',
    added: '1',
    missing: '1',
    moved: '1',
    relabelled: '1',
    failed: '0',
    'only people@1': '1',
    'only people@2': '0',
  });
  for (const said of [
    'yard/s/3',
    '− person 0.90',
    'yard/s/4',
    '+ person 0.90',
    '↔ person (IoU 0.33)',
    'person ≠ dog',
  ]) {
    assert.ok(told.stdout.includes(said), `${said} in ${told.stdout}`);
  }
  const files = (await readdir(folder)).sort();
  assert.deepEqual(
    files.map((name) => name.slice(2)).sort(),
    [3, 4, 5, 6].map((frame) => `-yard-s-${frame}.jpg`),
  );
  const drawn = files.find((name) => name.endsWith('-3.jpg')) ?? '';
  const { data, info } = await sharp(await readFile(join(folder, drawn)))
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [size.width, size.height]);
  // What the second missed is red: the left edge of the box of the first, dashed.
  const reds = numbers(120, 20).filter((y) => (data[(y * info.width + 50) * 3] ?? 0) > 150);
  assert.ok(reds.length > 40, `${reds.length} red pixels`);

  const lines = await vigil(t, brokers, ['compare', 'people@1', 'people@2', '--json', '--iou', '0.3']).ended;
  const found = lines.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    found
      .filter(({ type }) => type === 'frame')
      .map(({ id }) => id)
      .sort(),
    [3, 4, 6].map((frame) => `yard/s/${frame}`),
  );
  assert.equal(found.at(-1).cameras.yard.agreeing, 7);
});

test('compare with a detector that has said nothing tells how to make it speak', async (t) => {
  const brokers = await startBroker(t);
  await publishOpinions(brokers, Buffer.from('x'), () => ({ 'people@1': [] }), 3);
  const { code, stderr } = await vigil(t, brokers, ['compare', 'people@1', 'people@2']).ended;
  assert.equal(code, 2);
  assert.match(stderr, /no result of "people@2"[\s\S]*vigil detect --as people@2 --from beginning/);
});
