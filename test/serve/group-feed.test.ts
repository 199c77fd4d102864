import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { result } from './fake-log.ts';
import { FakeTopic } from './fake-topic.ts';
import { serve } from './serve-harness.ts';

test('the page, the metrics and the diagnostics say how far a group is behind and when retention will reach it', async (context) => {
  const clock = new FakeClock();
  const warnings: string[] = [];
  const logger = { warn: (_: object, text: string) => warnings.push(text), debug() {}, info() {}, error() {} };
  const limits = { min: 1, max: 8, targetLoad: 1 };
  const { get, until, log } = await serve(context, {
    clock,
    logger: logger as never,
    groups: [{ group: 'detect-people@1', detector: 'people@1', kind: 'complete', limits }],
    openLagSource: () => new FakeTopic(clock),
    horizonSeconds: 250,
  });
  await clock.advance(100_000);
  const { groups } = await until((snapshot) => snapshot.groups.length > 0);
  const [group] = groups;
  assert.deepEqual([group?.lagRecords, group?.inPerSecond, group?.outPerSecond], [800, 10, 2]);
  assert.ok(Math.abs((group?.lagSeconds ?? 0) - 80) < 2);
  // 220 s of room that closes by 0.8 s each second.
  assert.ok(Math.abs((group?.secondsLeft ?? 0) - 275) < 10, `${group?.secondsLeft}`);
  assert.equal(group?.isWarning, false);
  for (let frame = 0; frame < 5; frame++) log.answer(result(frame, { inferenceUs: 500_000 }), undefined, clock.nowMs());
  await clock.advance(40_000);
  const text = await (await get('/metrics')).text();
  assert.match(text, /vigil_group_lag_frames\{detector="people@1"\} 1120/);
  assert.match(text, /vigil_group_retention_warning\{detector="people@1"\} 1/);
  assert.match(text, /vigil_detectors_running\{detector="people@1"\} 1/);
  assert.match(text, /vigil_detectors_wanted\{detector="people@1"\} 8/);
  assert.match(text, /vigil_detector_seconds_per_frame\{detector="people@1"\} 0\.5/);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /retention by age will reach frames that detect-people@1 has not read/);
  const [listed] = (await (await get('/api/groups')).json()) as { detector: string }[];
  assert.equal(listed?.detector, 'people@1');
});
