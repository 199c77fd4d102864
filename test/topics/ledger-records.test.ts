import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { isFault } from '../../src/base/errors.ts';
import { countOfRanges, framesOfRanges, isFrameRange, toFrameRanges } from '../../src/topics/frame-ranges.ts';
import {
  decodeLedgerRecord,
  decodeSessionStatement,
  encodeSessionStatement,
  type SessionStatement,
  totalLost,
} from '../../src/topics/ledger-record.ts';
import { ledgerSchemas } from '../../src/topics/ledger-schema.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { encodeSkipStatement, skipStatement } from '../../src/topics/skip-statement.ts';
import { encodeStartStatement } from '../../src/topics/start-statement.ts';

const session = '20260314T101112.131Z-0a1b';
const statement: SessionStatement = {
  camera: 'yard-2',
  session,
  state: 'running',
  live: true,
  source: 'rtsp://viewer:***@yard/1',
  openedAtUs: 1_773_483_072_131_045,
  statedAtUs: 1_773_483_073_131_045,
  width: 641,
  height: 359,
  fps: 10,
  captured: 11,
  published: 6,
  lost: { 'buffer-full': 2, 'packet-loss': 1, 'retention-hold': 1 },
  gap: {
    after: '20260314T101100.007Z-77aa',
    fromUs: 1_773_483_062_131_045,
    toUs: 1_773_483_072_131_045,
    reason: 'source',
    code: 'SOURCE_SILENT',
  },
  reconnects: 1,
};
const about = {
  camera: 'yard-2',
  session,
  detector: 'alarm@1',
  topic: 'raw_video_frames',
  partition: 5,
  firstOffset: 99,
  lastOffset: 131,
  skippedAtUs: 1_773_483_075_131_045,
  reason: 'max-lag' as const,
};

function asRead({ topic, partition = 0, key, value, headers }: OutgoingRecord): IncomingRecord {
  return { topic, partition, offset: 7n, timestampMs: 0, key: Buffer.from(key ?? ''), value, headers };
}

const isInvalid = (error: unknown) => isFault(error, 'RECORD_INVALID') && error.message.includes('ledger/0/7');

test('a statement of a session comes back, its gap included, and anything else is refused', () => {
  const record = encodeSessionStatement(statement);
  assert.equal(record.key, `yard-2/${session}`);
  assert.deepEqual(decodeLedgerRecord(asRead(record)), { kind: 'session', statement });
  assert.equal(totalLost(statement), 4);
  for (const value of ['{}', 'nonsense', 'null']) {
    assert.throws(() => decodeSessionStatement(asRead({ ...record, value: Buffer.from(value) })), isInvalid);
  }
});

test('a statement of skipped frames names each of them, under a key of its own', () => {
  const skipped = skipStatement(about, [41, 53, 65, 89]);
  assert.deepEqual(skipped.frames, [
    { first: 41, last: 65, step: 12 },
    { first: 89, last: 89, step: 1 },
  ]);
  const record = encodeSkipStatement(skipped);
  assert.deepEqual(decodeLedgerRecord(asRead(record)), { kind: 'skip', statement: skipped });
  const later = encodeSkipStatement(skipStatement({ ...about, firstOffset: 132 }, [101]));
  const elsewhere = encodeSkipStatement(skipStatement({ ...about, partition: 6 }, [42]));
  assert.equal(new Set([record.key, later.key, elsewhere.key]).size, 3);
});

test('a statement of skipped frames whose count or ranges are wrong is refused', () => {
  const skipped = skipStatement(about, [41, 53, 65]);
  for (const change of [
    { count: 4 },
    { frames: [{ first: 41, last: 64, step: 12 }] },
    { detector: 7 },
    { frames: 3 },
  ]) {
    const record = { ...encodeSkipStatement(skipped), value: Buffer.from(JSON.stringify({ ...skipped, ...change })) };
    assert.throws(() => decodeLedgerRecord(asRead(record)), isInvalid);
  }
});

test('a statement of where a detector began comes back, and anything else is refused', () => {
  const start = { detector: 'people@2', topic: 'raw_video_frames', offsets: { 0: 17, 11: 4 }, statedAtUs: 1 };
  const record = encodeStartStatement(start);
  assert.deepEqual(decodeLedgerRecord(asRead(record)), { kind: 'start', statement: start });
  const wrong = { ...record, value: Buffer.from(JSON.stringify({ ...start, offsets: { 0: 'x' } })) };
  assert.throws(() => decodeLedgerRecord(asRead(wrong)), isInvalid);
});

test('a kind of record that is not known is passed over, and one without a kind is refused', () => {
  const record = encodeSessionStatement(statement);
  assert.equal(decodeLedgerRecord(asRead({ ...record, headers: new Map([['ce_type', 'vigil.later.v9']]) })), undefined);
  assert.throws(() => decodeLedgerRecord(asRead({ ...record, headers: new Map() })), isInvalid);
});

test('frame numbers in rising order become ranges that name exactly them', () => {
  const cases: [number[], number][] = [
    [[], 0],
    [[7], 1],
    [[0, 1, 2, 3], 1],
    [[5, 17, 29, 41, 42, 43], 2],
    [[1, 2, 5, 8, 11, 100], 3],
  ];
  for (const [frames, ranges] of cases) {
    const found = toFrameRanges(frames);
    assert.deepEqual([...framesOfRanges(found)], frames);
    assert.equal(countOfRanges(found), frames.length);
    assert.equal(found.length, ranges);
    assert.ok(found.every(isFrameRange));
  }
});

test('a range that no frames fit is none', () => {
  for (const range of [
    { first: 0, last: 7, step: 0 },
    { first: 0, last: 7, step: 2 },
    { first: 8, last: 7, step: 1 },
    { first: -1, last: 0, step: 1 },
    { first: 0, last: 1e300, step: 1 },
    null,
    'a',
  ]) {
    assert.equal(isFrameRange(range), false);
  }
});

test('the JSON Schemas take what is written and refuse what lacks a part', () => {
  const ajv = new Ajv2020({ strict: false });
  for (const { headers, value } of [
    encodeSessionStatement(statement),
    encodeSkipStatement(skipStatement(about, [1, 3])),
    encodeStartStatement({ detector: 'people@2', topic: 'raw_video_frames', offsets: { 0: 17 }, statedAtUs: 1 }),
  ]) {
    const type = headers.get('ce_type') as keyof typeof ledgerSchemas;
    const validate = ajv.compile(ledgerSchemas[type]);
    assert.equal(validate(JSON.parse(value.toString())), true, JSON.stringify(validate.errors));
    const [first = ''] = Object.keys(JSON.parse(value.toString()));
    assert.equal(validate({ ...JSON.parse(value.toString()), [first]: undefined }), false);
  }
});
