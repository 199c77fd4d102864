import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FaultCode, fault } from '../../src/base/errors.ts';
import { type FrameWorkOptions, frameWork } from '../../src/detect/frame-work.ts';
import { encodeFrame } from '../../src/topics/frame-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { decodeResult } from '../../src/topics/result-record.ts';

const header = {
  camera: 'yard',
  session: '20260101T000000-1',
  frame: 7,
  capturedAtUs: 1_760_000_000_123_456,
  ptsUs: 700_000,
  width: 64,
  height: 48,
};
const jpeg = Buffer.from('the picture');
const sight = {
  detections: [{ label: 'person', score: 0.9, box: { x: 1, y: 2, width: 3, height: 4 } }],
  inferenceUs: 12_345,
};

function incoming({ topic, partition = 0, value, headers, key }: OutgoingRecord): IncomingRecord {
  return { topic, partition, offset: 42n, timestampMs: 0, key: key ? Buffer.from(key) : null, value, headers };
}

function record(): IncomingRecord {
  return incoming(encodeFrame({ ...header, jpeg }, 12));
}

function make(options: Partial<FrameWorkOptions> = {}) {
  const warnings: string[] = [];
  const work = frameWork({
    detector: 'people@1',
    look: async () => sight,
    embed: true,
    partitions: 12,
    logger: { warn: (...words: unknown[]) => warnings.push(String(words.at(-1))) },
    ...options,
  });
  return { work, warnings };
}

test('a frame becomes one result that carries the frame and what was seen', async () => {
  const frame = record();
  const published = await make().work(frame);
  assert.equal(published.length, 1);
  const [output] = published;
  assert.ok(output);
  assert.equal(output.topic, 'processed_images');
  assert.equal(output.key, 'yard');
  assert.deepEqual(output.value, jpeg);
  assert.equal(output.headers.get('ce_id'), 'yard/20260101T000000-1/7/people@1');
  assert.deepEqual(decodeResult(incoming(output)), {
    frame: header,
    frameRef: `raw_video_frames/${frame.partition}/42`,
    detector: 'people@1',
    ...sight,
  });
});

test('a still frame gets its result without the model, unless the detector looks at everything', async () => {
  const still = incoming(encodeFrame({ ...header, jpeg, still: true }, 12));
  let looks = 0;
  const look = async () => {
    looks++;
    return sight;
  };
  const [spared] = await make({ look }).work(still);
  assert.ok(spared);
  const { gated, detections, inferenceUs, frame } = decodeResult(incoming(spared));
  assert.deepEqual(
    { gated, detections, inferenceUs, looks },
    { gated: true, detections: [], inferenceUs: 0, looks: 0 },
  );
  assert.deepEqual([frame.still, spared.value], [true, jpeg]);
  const [looked] = await make({ look, looksAtStill: true }).work(still);
  assert.ok(looked);
  assert.deepEqual([decodeResult(incoming(looked)).gated, looks], [undefined, 1]);
});

test('without embedding a result leaves the picture where it is', async () => {
  const [output] = await make({ embed: false }).work(record());
  assert.equal(output?.value.length, 0);
});

test('the model is given the picture and the size that its headers promise', async () => {
  const seen: unknown[] = [];
  const look: FrameWorkOptions['look'] = async ({ jpeg: bytes, width, height }) => {
    seen.push([Buffer.from(bytes).toString(), width, height]);
    return sight;
  };
  await make({ look }).work(record());
  assert.deepEqual(seen, [['the picture', 64, 48]]);
});

for (const code of ['FRAME_UNDECODABLE', 'INFERENCE_FAILED'] as const satisfies FaultCode[]) {
  test(`a frame that ends in ${code} has a result that says so, and a dead letter`, async () => {
    const frame = record();
    const { work, warnings } = make({ look: () => Promise.reject(fault(code, 'it went wrong')) });
    const [result, letter, ...more] = await work(frame);
    assert.ok(result && letter && more.length === 0);
    const decoded = decodeResult(incoming(result));
    assert.deepEqual([decoded.detections, decoded.inferenceUs], [[], 0]);
    assert.deepEqual(decoded.error, { code, message: 'it went wrong' });
    assert.equal(letter.topic, 'dead_letters');
    assert.deepEqual(letter.value, jpeg);
    assert.equal(letter.headers.get('dead_letter_ref'), `raw_video_frames/${frame.partition}/42`);
    assert.equal(letter.headers.get('camera'), 'yard');
    assert.equal(warnings.length, 1);
  });
}

test('a fault of the detector itself is not written down as the frame’s: the frame is read again', async () => {
  const { work } = make({ look: () => Promise.reject(fault('PART_FAILED', 'threads keep dying')) });
  await assert.rejects(work(record()), { code: 'PART_FAILED' });
});

test('a record that is no frame goes to the dead letters, with a warning that names it', async () => {
  const frame = record();
  const headers = new Map(frame.headers);
  headers.delete('session');
  const { work, warnings } = make({ look: () => assert.fail('it must not be looked at') });
  const published = await work({ ...frame, headers });
  assert.deepEqual(
    published.map(({ topic }) => topic),
    ['dead_letters'],
  );
  assert.match(warnings[0] ?? '', /lacks the header "session"/);
  assert.match(published[0]?.headers.get('dead_letter_error') ?? '', /RECORD_INVALID/);
});

test('frames of other cameras are passed over without being looked at', async () => {
  const { work } = make({ cameras: new Set(['entrance']), look: () => assert.fail('it must not be looked at') });
  assert.deepEqual(await work(record()), []);
  assert.equal((await make({ cameras: new Set(['yard']) }).work(record())).length, 1);
});
