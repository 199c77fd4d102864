import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import { encodeDeadLetter } from '../../src/topics/dead-letter-record.ts';
import { decodeFrame, encodeFrame, type Frame, frameId } from '../../src/topics/frame-record.ts';
import { cameraPartition, framePartition } from '../../src/topics/partitioning.ts';
import { formatTimeUs, type IncomingRecord, type OutgoingRecord, parseTimeUs } from '../../src/topics/record.ts';
import { decodeResult, encodeResult, type Result, resultId } from '../../src/topics/result-record.ts';

const frame: Frame = {
  camera: 'yard-2',
  session: '20260314T101112.131Z-0a1b',
  frame: 41,
  capturedAtUs: 1_773_483_072_131_045,
  ptsUs: 4_100_000,
  width: 641,
  height: 359,
  jpeg: Buffer.from([0xff, 0xd8, 1, 2, 3, 0xff, 0xd9]),
};

function asRead(record: OutgoingRecord, change: (headers: Map<string, string>) => void = () => {}): IncomingRecord {
  const headers = new Map(record.headers);
  change(headers);
  const key = record.key === undefined ? null : Buffer.from(record.key);
  return {
    topic: record.topic,
    partition: record.partition ?? 0,
    offset: 7n,
    timestampMs: 0,
    key,
    value: record.value,
    headers,
  };
}

test('a frame comes back from its record as it went in', () => {
  const record = encodeFrame(frame, 12);
  assert.equal(record.headers.get('ce_id'), 'yard-2/20260314T101112.131Z-0a1b/41');
  assert.equal(record.headers.get('ce_time'), '2026-03-14T10:11:12.131045Z');
  assert.deepEqual(decodeFrame(asRead(record)), frame);
});

test('a trace parent travels with the frame and its result', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  assert.equal(decodeFrame(asRead(encodeFrame({ ...frame, traceparent }, 3))).traceparent, traceparent);
});

test('the frames of one camera go round all partitions, beginning where the camera’s hash says', () => {
  const partitions = Array.from({ length: 12 }, (_, n) => framePartition('yard-2', n, 12));
  assert.equal(new Set(partitions).size, 12);
  assert.equal(framePartition('yard-2', 12, 12), partitions[0]);
  assert.equal(framePartition('yard-2', 0, 12), cameraPartition('yard-2', 12));
});

test('a frame record without a header, or with a header of the wrong form, names the record and the header', () => {
  const record = encodeFrame(frame, 12);
  const broken: [string, string | undefined][] = [
    ['camera', undefined],
    ['frame', '-1'],
    ['frame', '1.5'],
    ['width', 'wide'],
    ['pts_us', 'soon'],
    ['ce_time', 'yesterday'],
  ];
  for (const [name, value] of broken) {
    const bad = asRead(record, (headers) => (value === undefined ? headers.delete(name) : headers.set(name, value)));
    assert.throws(
      () => decodeFrame(bad),
      (error) =>
        isFault(error, 'RECORD_INVALID') && error.message.includes(name) && error.message.includes('raw_video_frames/'),
    );
  }
});

const { jpeg, ...header } = frame;
const result: Result = {
  frame: header,
  frameRef: 'raw_video_frames/5/99',
  detector: 'people@1',
  inferenceUs: 13_370,
  detections: [{ label: 'person', score: 0.91, box: { x: 10.5, y: 20, width: 31, height: 77 } }],
};

test('a result keeps its frame, its detections and the identity of both', () => {
  const record = encodeResult(result, jpeg, 12);
  assert.equal(record.key, 'yard-2');
  assert.equal(record.headers.get('ce_id'), resultId(frame, 'people@1'));
  assert.equal(record.headers.get('ce_id'), `${frameId(frame)}/people@1`);
  assert.deepEqual(record.value, jpeg);
  assert.deepEqual(decodeResult(asRead(record)), result);
});

test('a result without embedding leaves the reference only', () => {
  const record = encodeResult(result, undefined, 12);
  assert.equal(record.value.length, 0);
  assert.equal(record.headers.get('frame_ref'), 'raw_video_frames/5/99');
});

test('a failed result says so, with a message of bounded length', () => {
  const failed = { ...result, detections: [], error: { code: 'FRAME_UNDECODABLE', message: 'x'.repeat(5000) } };
  const read = decodeResult(asRead(encodeResult(failed, jpeg, 12)));
  assert.equal(read.error?.code, 'FRAME_UNDECODABLE');
  assert.equal(read.error?.message.length, 2000);
});

test('a result whose detections are not JSON is refused by name', () => {
  const bad = asRead(encodeResult(result, jpeg, 12), (headers) => headers.set('detections', '[{'));
  assert.throws(
    () => decodeResult(bad),
    (error) => isFault(error, 'RECORD_INVALID') && error.message.includes('detections'),
  );
});

test('a dead letter holds the record verbatim and where it came from', () => {
  const record = asRead(encodeFrame(frame, 12));
  const letter = encodeDeadLetter(record, 'people@1', { code: 'FRAME_UNDECODABLE', message: 'no JPEG' });
  assert.deepEqual(letter.value, record.value);
  assert.equal(letter.headers.get('camera'), 'yard-2');
  assert.equal(letter.headers.get('dead_letter_ref'), `raw_video_frames/${record.partition}/7`);
});

test('times keep their microseconds through RFC 3339, whatever the zone they are written in', () => {
  for (const us of [0, 1, 999_999, 1_773_483_072_131_045]) assert.equal(parseTimeUs(formatTimeUs(us)), us);
  assert.equal(parseTimeUs('2026-03-14T11:11:12.5+01:00'), parseTimeUs('2026-03-14T10:11:12.500000Z'));
  assert.ok(Number.isNaN(parseTimeUs('2026-03-14')));
});
