import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from '../../src/stage/ledger.ts';
import type { SessionStatement } from '../../src/topics/ledger-record.ts';
import type { Result } from '../../src/topics/result-record.ts';
import { skipStatement } from '../../src/topics/skip-statement.ts';

const openedAtUs = 1_773_483_072_000_000;

function statement(change: Partial<SessionStatement> = {}): SessionStatement {
  return {
    camera: 'gate',
    session: 's1',
    state: 'running',
    live: false,
    source: 'gate.mp4',
    openedAtUs,
    statedAtUs: openedAtUs + 1,
    width: 320,
    height: 180,
    fps: 10,
    captured: 0,
    published: 0,
    lost: {},
    reconnects: 0,
    ...change,
  };
}

function result(
  frame: number,
  change: { session?: string; detector?: string; error?: Result['error']; gated?: true } = {},
): Result {
  const { session = 's1', detector = 'people@1', error, gated } = change;
  return {
    frame: { camera: 'gate', session, frame, capturedAtUs: openedAtUs, ptsUs: 0, width: 320, height: 180 },
    frameRef: `raw_video_frames/0/${frame}`,
    detector,
    inferenceUs: 1,
    detections: [],
    ...(error ? { error } : {}),
    ...(gated ? { gated } : {}),
  };
}

/** The only account of the ledger. */
function account(ledger: Ledger, nowMs = openedAtUs / 1000 + 10_000) {
  const { cameras } = ledger.snapshot(nowMs);
  assert.equal(cameras.length, 1);
  const [camera] = cameras;
  assert.ok(camera);
  return camera;
}

test('a camera is complete only when its source has ended and each published frame has its result', () => {
  const ledger = new Ledger({ expectedDetectors: { gate: ['people@1'] } });
  ledger.applyStatement(statement({ captured: 3, published: 3 }));
  for (const frame of [2, 0]) ledger.applyResult(result(frame), openedAtUs + 5000);
  assert.deepEqual([account(ledger).waiting, account(ledger).complete], [1, false]);
  ledger.applyResult(result(1), openedAtUs + 9000);
  assert.equal(account(ledger).complete, false, 'the source has not ended');
  ledger.applyStatement(statement({ state: 'ended', statedAtUs: openedAtUs + 2, captured: 3, published: 3 }));
  const done = account(ledger);
  assert.deepEqual([done.results, done.waiting, done.complete], [3, 0, true]);
});

test('a result that comes twice counts once and is named as doubled', () => {
  const ledger = new Ledger();
  ledger.applyStatement(statement({ captured: 2, published: 2 }));
  for (const frame of [0, 1, 1, 0, 1]) ledger.applyResult(result(frame), openedAtUs + 1000);
  const { results, doubled } = account(ledger);
  assert.deepEqual([results, doubled], [2, 3]);
});

test('a frame counts as answered once every expected detector has answered it', () => {
  const ledger = new Ledger({ expectedDetectors: { gate: ['people@1', 'cars@2'] } });
  ledger.applyStatement(statement({ captured: 5, published: 5 }));
  for (const frame of [0, 1, 2, 4]) ledger.applyResult(result(frame), openedAtUs + 1000);
  assert.equal(account(ledger).results, 0, 'the second detector has said nothing yet');
  for (const frame of [4, 1, 3]) ledger.applyResult(result(frame, { detector: 'cars@2' }), openedAtUs + 1000);
  assert.equal(account(ledger).results, 2, 'frames 1 and 4');
});

test('the newest statement of a session wins, in whatever order they are read', () => {
  const ledger = new Ledger();
  ledger.applyStatement(statement({ captured: 9, published: 8, statedAtUs: openedAtUs + 20 }));
  ledger.applyStatement(statement({ captured: 2, published: 2, statedAtUs: openedAtUs + 10 }));
  assert.equal(account(ledger).captured, 9);
});

test('the sessions of a camera add up, and losses keep their reasons', () => {
  const ledger = new Ledger();
  ledger.applyStatement(statement({ state: 'failed', captured: 7, published: 5, lost: { 'buffer-full': 2 } }));
  ledger.applyStatement(
    statement({
      session: 's2',
      openedAtUs: openedAtUs + 9,
      captured: 4,
      published: 3,
      lost: { 'buffer-full': 1 },
      reconnects: 1,
    }),
  );
  ledger.applyResult(result(0), openedAtUs + 1000);
  ledger.applyResult(result(0, { session: 's2' }), openedAtUs + 1000);
  const { session, captured, published, results, lost, lostReasons, reconnects } = account(ledger);
  assert.deepEqual(
    { session, captured, published, results, lost, lostReasons, reconnects },
    {
      session: 's2',
      captured: 11,
      published: 8,
      results: 2,
      lost: 3,
      lostReasons: { 'buffer-full': 3 },
      reconnects: 1,
    },
  );
});

test('a failed result is a result, and is counted as failed', () => {
  const ledger = new Ledger();
  ledger.applyStatement(statement({ captured: 1, published: 1 }));
  ledger.applyResult(result(0, { error: { code: 'FRAME_UNDECODABLE', message: 'torn' } }), openedAtUs + 1000);
  const { results, failed } = account(ledger);
  assert.deepEqual([results, failed], [1, 1]);
});

test('a result read before the statement that counts its frame makes nothing negative', () => {
  const ledger = new Ledger();
  ledger.applyStatement(statement({ captured: 1, published: 1 }));
  for (const frame of [0, 1, 2]) ledger.applyResult(result(frame), openedAtUs + 1000);
  const { captured, published, results, waiting } = account(ledger);
  assert.deepEqual([captured, published, results, waiting], [3, 3, 3, 0]);
});

test('latency runs from capture to the reading of the result', () => {
  const ledger = new Ledger();
  ledger.applyStatement(statement({ captured: 100, published: 100 }));
  for (let frame = 0; frame < 100; frame++) ledger.applyResult(result(frame), openedAtUs + (frame + 1) * 1000);
  assert.deepEqual(account(ledger).latencyMs, { p50: 51, p99: 100 });
});

test('a camera that only has results waits for its first statement', () => {
  const ledger = new Ledger();
  ledger.applyResult(result(0), openedAtUs);
  assert.deepEqual(ledger.snapshot(0).cameras, []);
});

function skip(frames: number[], detector = 'people@1') {
  const place = { topic: 'raw_video_frames', partition: 0, firstOffset: 0, lastOffset: 9 };
  const about = {
    camera: 'gate',
    session: 's1',
    detector,
    ...place,
    skippedAtUs: openedAtUs,
    reason: 'max-lag' as const,
  };
  return skipStatement(about, frames);
}

test('skipped frames are neither results nor waiting, however often the statement is read', () => {
  const ledger = new Ledger({ expectedDetectors: { gate: ['people@1'] } });
  ledger.applyStatement(statement({ state: 'ended', captured: 7, published: 7 }));
  for (const frame of [0, 1, 6]) ledger.applyResult(result(frame), openedAtUs + 1000);
  for (let time = 0; time < 3; time++) ledger.applySkip(skip([2, 3, 5]));
  const { results, skipped, waiting, doubled, complete } = account(ledger);
  assert.deepEqual(
    { results, skipped, waiting, doubled, complete },
    { results: 3, skipped: 3, waiting: 1, doubled: 0, complete: false },
  );
  ledger.applyResult(result(4), openedAtUs + 1000);
  assert.equal(account(ledger).complete, true);
});

test('each detector has an account of its own, failures by code', () => {
  const ledger = new Ledger();
  ledger.applyStatement(statement({ captured: 5, published: 5 }));
  for (const frame of [0, 1, 2, 2]) ledger.applyResult(result(frame), openedAtUs + 1000);
  const error = { code: 'INFERENCE_FAILED', message: 'no' };
  for (const frame of [0, 4]) ledger.applyResult(result(frame, { detector: 'cars@2', error }), openedAtUs + 1000);
  ledger.applySkip(skip([1, 3], 'cars@2'));
  const whole = account(ledger);
  assert.deepEqual(whole.detectors, [
    {
      detector: 'cars@2',
      results: 2,
      gated: 0,
      failed: 2,
      failedByCode: { INFERENCE_FAILED: 2 },
      skipped: 2,
      waiting: 1,
      doubled: 0,
    },
    { detector: 'people@1', results: 3, gated: 0, failed: 0, failedByCode: {}, skipped: 0, waiting: 2, doubled: 1 },
  ]);
  assert.deepEqual([whole.results, whole.skipped, whole.waiting], [1, 1, 3]);
});

/** Sessions of five frames, each followed by the next; those that are named lack a result. */
function manySessions(ledger: Ledger, count: number, holes: readonly number[] = []): void {
  for (let number = 0; number < count; number++) {
    const session = `s${String(number).padStart(4, '0')}`;
    const change = { session, openedAtUs: openedAtUs + number, state: 'ended' as const };
    ledger.applyStatement(statement({ ...change, captured: 6, published: 5, lost: { 'disk-full': 1 } }));
    for (let frame = holes.includes(number) ? 1 : 0; frame < 5; frame++) {
      ledger.applyResult(result(frame, { session }), openedAtUs + 1000);
    }
    ledger.snapshot(openedAtUs / 1000);
  }
}

test('where nobody says who is to look, a detector owes only the sessions that it has looked at', () => {
  const ledger = new Ledger();
  ledger.applyStatement(statement({ captured: 2, published: 2 }));
  ledger.applyStatement(statement({ session: 's2', openedAtUs: openedAtUs + 9, captured: 3, published: 3 }));
  for (const frame of [0, 1]) ledger.applyResult(result(frame, { detector: 'retired@1' }), openedAtUs + 5000);
  ledger.applyResult(result(0, { session: 's2' }), openedAtUs + 5000);
  const { detectors, waiting } = account(ledger);
  assert.deepEqual(
    detectors.map((each) => [each.detector, each.results, each.waiting]),
    [
      ['people@1', 1, 2],
      ['retired@1', 2, 0],
    ],
  );
  assert.equal(waiting, 2);
});

test('sessions that are through are kept as numbers only, and count as before', () => {
  const ledger = new Ledger();
  manySessions(ledger, 300, [7]);
  const whole = account(ledger);
  const { captured, published, results, waiting, lost, doubled } = whole;
  assert.deepEqual(
    { captured, published, results, waiting, lost, doubled },
    { captured: 1800, published: 1500, results: 1499, waiting: 1, lost: 300, doubled: 0 },
  );
  assert.deepEqual([whole.sessions.length, whole.sessions[0]?.session, whole.earlierSessions], [8, 's0299', 292]);
  assert.equal(whole.detectors[0]?.results, 1499);
  const [saved] = ledger.save();
  assert.deepEqual(saved?.sessions.map(({ session }) => session).sort(), [
    's0007',
    ...whole.sessions.map((each) => each.session).sort(),
  ]);
  ledger.applyResult(result(2, { session: 's0005' }), openedAtUs + 1000);
  ledger.applyResult(result(0, { session: 's0007' }), openedAtUs + 1000);
  const after = account(ledger);
  assert.deepEqual([after.results, after.waiting, after.doubled], [1500, 0, 1]);
});

test('a ledger that goes on from what another one saved says the same, and goes on exactly', () => {
  const first = new Ledger({ expectedDetectors: { gate: ['people@1'] } });
  manySessions(first, 20, [3, 19]);
  first.applySkip(skip([0, 2]));
  const saved = JSON.parse(JSON.stringify(first.save()));
  const second = new Ledger({ expectedDetectors: { gate: ['people@1'] }, saved });
  for (let number = 0; number < 20; number++) {
    const session = `s${String(number).padStart(4, '0')}`;
    const change = { session, openedAtUs: openedAtUs + number, state: 'ended' as const };
    second.applyStatement(statement({ ...change, captured: 6, published: 5, lost: { 'disk-full': 1 } }));
  }
  const same = (ledger: Ledger) => ({ ...account(ledger), latencyMs: null, fps: 0 });
  assert.deepEqual(same(second), same(first));
  for (const ledger of [first, second]) {
    for (const session of ['s0003', 's0003', 's0019', 's0004'])
      ledger.applyResult(result(0, { session }), openedAtUs + 2000);
  }
  assert.deepEqual(same(second), same(first));
  assert.equal(account(second).doubled, 2);
});

test('gated frames are results, counted as such too, also after the book was saved', () => {
  const expectedDetectors = { gate: ['people@1', 'cars@1'] };
  const ledger = new Ledger({ expectedDetectors });
  const ended = statement({ state: 'ended', captured: 3, published: 3 });
  ledger.applyStatement(ended);
  for (const frame of [0, 1, 2]) ledger.applyResult(result(frame, frame > 0 ? { gated: true } : {}), openedAtUs);
  ledger.applyResult(result(0, { detector: 'cars@1' }), openedAtUs);
  ledger.applyResult(result(1, { detector: 'cars@1' }), openedAtUs);
  const parted = new Ledger({ expectedDetectors, saved: JSON.parse(JSON.stringify(ledger.save())) });
  parted.applyStatement(ended);
  for (const each of [ledger, parted]) {
    const { results, gated, waiting, detectors } = account(each);
    assert.deepEqual(
      [results, gated, waiting],
      [2, 1, 1],
      'the frame that waits for the other detector is no result yet',
    );
    assert.deepEqual(
      detectors.map((one) => [one.results, one.gated]),
      [
        [3, 2],
        [2, 0],
      ],
    );
    each.applyResult(result(2, { detector: 'cars@1', gated: true }), openedAtUs);
    each.applyResult(result(1, { gated: true }), openedAtUs);
    const { results: all, gated: spared, doubled, complete } = account(each);
    assert.deepEqual([all, spared, doubled, complete], [3, 2, 1, true]);
  }
});
