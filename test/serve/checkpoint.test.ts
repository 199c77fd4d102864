import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SnapshotMessage } from '../../src/topics/live-message.ts';
import { encodeSkipStatement, skipStatement } from '../../src/topics/skip-statement.ts';
import { FakeLog, result, statement } from './fake-log.ts';
import { serve } from './serve-harness.ts';

const jpeg = Buffer.from([0xff, 0xd8, 1, 2, 3, 0xff, 0xd9]);

const isThrough = (results: number) => (snapshot: SnapshotMessage) =>
  snapshot.feed === 'live' && snapshot.cameras[0]?.results === results;

function counts({ cameras }: SnapshotMessage) {
  const { captured, published, results, failed, skipped, lost, waiting, doubled, detectors, sessions } =
    cameras[0] ?? assert.fail('no camera');
  return { captured, published, results, failed, skipped, lost, waiting, doubled, detectors, sessions };
}

/** Offsets from which readers of the results began. */
function starts(log: FakeLog): unknown[] {
  return log.opened.filter(({ topics }) => topics.includes('processed_images')).map(({ from }) => from);
}

test('a server that is started again goes on where it stood, and says the same', async (context) => {
  const log = new FakeLog();
  const options = { log, openProducer: log.openProducer };
  const first = await serve(context, options);
  log.state(statement({ captured: 30, published: 30 }));
  for (let frame = 0; frame < 20; frame++) log.answer(result(frame), jpeg);
  log.answer(result(7), jpeg);
  log.answer(result(21, { error: { code: 'INFERENCE_FAILED', message: 'no' } }), jpeg);
  const place = { topic: 'raw_video_frames', partition: 0, firstOffset: 0, lastOffset: 9 };
  const about = {
    camera: 'entrance',
    session: 's1',
    detector: 'people@1',
    ...place,
    skippedAtUs: 1,
    reason: 'max-lag' as const,
  };
  log.append(encodeSkipStatement(skipStatement(about, [24, 25])), Date.now());
  const before = await first.until((snapshot) => isThrough(21)(snapshot) && snapshot.cameras[0]?.skipped === 2);
  await first.part.close();

  const second = await serve(context, options);
  assert.deepEqual(counts(await second.until(isThrough(21))), counts(before));
  assert.equal(counts(before).doubled, 1);
  const [, start] = starts(log) as [unknown, { offsets: Map<number, bigint> }];
  assert.ok((start.offsets.get(0) ?? 0n) >= 22n, 'it read the results again');
  log.answer(result(20), jpeg);
  log.answer(result(3), jpeg);
  const after = counts(await second.until(isThrough(22)));
  assert.equal(after.waiting, 6);
  await second.part.close();

  const third = await serve(context, options);
  const last = counts(await third.until(isThrough(22)));
  assert.deepEqual([last.results, last.skipped, last.waiting, last.doubled], [22, 2, 6, 2]);
});

test('a server that was killed reads again only what came after its last checkpoint', async (context) => {
  const log = new FakeLog();
  const first = await serve(context, { log, openProducer: log.openProducer });
  log.state(statement({ captured: 9, published: 9 }));
  for (let frame = 0; frame < 5; frame++) log.answer(result(frame), jpeg);
  await first.until(isThrough(5));
  await first.part.close();
  // Another one counts on, and leaves no checkpoint.
  const killed = await serve(context, { log });
  for (let frame = 5; frame < 8; frame++) log.answer(result(frame), jpeg);
  await killed.until(isThrough(8));
  await killed.part.close();
  const third = await serve(context, { log, openProducer: log.openProducer });
  const { results, doubled, waiting } = counts(await third.until(isThrough(8)));
  assert.deepEqual([results, doubled, waiting], [8, 0, 1]);
});

test('a checkpoint of another count, or one that is damaged, is not taken', async (context) => {
  const log = new FakeLog();
  const first = await serve(context, {
    log,
    openProducer: log.openProducer,
    expectedDetectors: { entrance: ['cars@1'] },
  });
  log.state(statement({ captured: 3, published: 3 }));
  for (let frame = 0; frame < 3; frame++) log.answer(result(frame), jpeg);
  await first.until((snapshot) => snapshot.feed === 'live' && snapshot.cameras[0]?.detectors[0]?.detector === 'cars@1');
  await first.part.close();
  const other = await serve(context, { log });
  assert.equal(counts(await other.until(isThrough(3))).waiting, 0);
  assert.ok(starts(log).every((from) => typeof from === 'object' && from !== null && 'timestampMs' in from));
});
