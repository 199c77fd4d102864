import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import { describeRecord } from '../../src/cli/consume/describe-record.ts';
import { EndOfTopic } from '../../src/cli/consume/end-of-topic.ts';
import { parseFrom } from '../../src/cli/consume/parse-from.ts';
import { pictureName } from '../../src/cli/consume/save-picture.ts';
import { encodeFrame, type FrameHeader } from '../../src/topics/frame-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { encodeResult } from '../../src/topics/result-record.ts';

const frame: FrameHeader = {
  camera: 'gate',
  session: 's1',
  frame: 7,
  capturedAtUs: 1_700_000_000_123_456,
  ptsUs: 700_000,
  width: 640,
  height: 360,
};

function incoming({ topic, key, value, headers }: OutgoingRecord): IncomingRecord {
  const place = { partition: 2, offset: 41n, timestampMs: 1_700_000_000_123 };
  return { topic, ...place, key: key === undefined ? null : Buffer.from(key), value, headers };
}

function plain(value: Buffer, key: Buffer | null = null): IncomingRecord {
  return { topic: 'notes', partition: 0, offset: 1n, timestampMs: 0, key, value, headers: new Map([['a', 'b']]) };
}

test('--from means a place in the log', () => {
  const nowMs = Date.parse('2026-01-31T08:00:00Z');
  assert.equal(parseFrom('beginning', nowMs), 'beginning');
  assert.equal(parseFrom('end', nowMs), 'end');
  assert.deepEqual(parseFrom('1200', nowMs), { offset: 1200n });
  assert.deepEqual(parseFrom('offset:1200', nowMs), { offset: 1200n });
  assert.deepEqual(parseFrom('offset 1200', nowMs), { offset: 1200n });
  assert.deepEqual(parseFrom('2026-01-31T07:00:00Z', nowMs), { timestampMs: nowMs - 3_600_000 });
  assert.deepEqual(parseFrom('time:2026-01-31T07:00:00Z', nowMs), { timestampMs: nowMs - 3_600_000 });
  assert.deepEqual(parseFrom('time:1700000000000', nowMs), { timestampMs: 1_700_000_000_000 });
  assert.deepEqual(parseFrom('10m', nowMs), { timestampMs: nowMs - 600_000 });
  for (const wrong of ['', 'start', 'offset:x', 'time:x', '-5', '10 parsecs', '31.1.2026']) {
    assert.throws(
      () => parseFrom(wrong, nowMs),
      (error) => isFault(error, 'USAGE'),
      wrong,
    );
  }
});

test('a result is shown by its fields', () => {
  const detections = [{ label: 'person', score: 0.9, box: { x: 1, y: 2, width: 3, height: 4 } }];
  const result = { frame, frameRef: 'raw_video_frames/1/5', detector: 'people@1', inferenceUs: 12_500, detections };
  assert.deepEqual(describeRecord(incoming(encodeResult(result, Buffer.from('jpeg'), 12))), {
    camera: 'gate',
    session: 's1',
    frame: 7,
    capturedAt: '2023-11-14T22:13:20.123456Z',
    detector: 'people@1',
    detections,
    inferenceMs: 12.5,
    width: 640,
    height: 360,
    ptsUs: 700_000,
    frameRef: 'raw_video_frames/1/5',
    pictureBytes: 4,
    topic: 'processed_images',
    partition: 2,
    offset: 41,
  });
  const failed = { ...result, error: { code: 'FRAME_UNDECODABLE', message: 'no JPEG' } };
  assert.deepEqual(describeRecord(incoming(encodeResult(failed, undefined, 12))).error, failed.error);
});

test('a frame is shown by its fields, without its picture', () => {
  const shown = describeRecord(incoming(encodeFrame({ ...frame, jpeg: Buffer.alloc(5) }, 12)));
  assert.deepEqual([shown.camera, shown.frame, shown.pictureBytes, 'detections' in shown], ['gate', 7, 5, false]);
});

test('a record that breaks the contract is shown as it is', () => {
  const record = { ...plain(Buffer.from('x')), topic: 'processed_images' };
  assert.deepEqual(describeRecord(record).value, 'x');
});

test('other records are shown by key, headers and value: JSON as such, text as text, the rest in base64', () => {
  assert.deepEqual(describeRecord(plain(Buffer.from('{"a":1}'), Buffer.from('k'))), {
    key: 'k',
    headers: { a: 'b' },
    value: { a: 1 },
    timestamp: '1970-01-01T00:00:00.000Z',
    topic: 'notes',
    partition: 0,
    offset: 1,
  });
  assert.equal(describeRecord(plain(Buffer.from('{ no json'))).value, '{ no json');
  assert.equal(describeRecord(plain(Buffer.from('12'))).value, '12');
  assert.deepEqual(describeRecord(plain(Buffer.from([0xff, 0]))).value, { base64: '/wA=' });
});

test('the name of a saved picture stays inside its folder, whatever the headers say', () => {
  const name = (camera: string) =>
    pictureName(
      new Map([
        ['camera', camera],
        ['session', 's/1'],
        ['frame', '7'],
      ]),
    );
  assert.equal(name('gate'), 'gate-s_1-7.jpg');
  assert.equal(name('../../etc/passwd'), '__.._etc_passwd-s_1-7.jpg');
  assert.equal(name('..'), '_-s_1-7.jpg');
  assert.equal(name('a\0b\\c'), 'a_b_c-s_1-7.jpg');
  assert.equal(pictureName(new Map([['camera', 'gate']])), undefined);
});

test('the end of a topic is reached when each partition that held something was read to its end', () => {
  const end = new EndOfTopic(
    new Map([
      [0, 10n],
      [3, 5n],
    ]),
  );
  end.saw({ partition: 0, offset: 9n });
  end.saw({ partition: 3, offset: 3n });
  assert.equal(end.isReached, false);
  end.saw({ partition: 1, offset: 100n });
  assert.equal(end.isReached, false);
  end.saw({ partition: 3, offset: 4n });
  assert.equal(end.isReached, true);
  assert.equal(new EndOfTopic(new Map()).isReached, true);
});
