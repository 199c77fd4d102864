import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/logger.ts';
import { followAlarms } from '../../src/serve/alarm-metrics.ts';
import { deliveryId, encodeAlarm, encodeDelivery } from '../../src/topics/alarm-record.ts';
import { encodeEvent } from '../../src/topics/event-record.ts';
import { exampleAlarm } from '../notify/alarms.ts';
import { event, session, suspicion } from '../store/events.ts';
import { until } from '../store/stored.ts';
import { FakeLog } from './fake-log.ts';

async function follow() {
  const log = new FakeLog();
  const registry = new Registry();
  const logger = createLogger('test', { level: 'silent' });
  const reader = followAlarms({ brokers: [], registry, open: log.open, clock: systemClock, logger });
  await until(
    async () => log.opened.length,
    (opened) => opened > 0,
  );
  return { log, registry, reader };
}

test('each step from the capture to being told is measured, escalations and attempts that failed are not', async () => {
  const { log, registry, reader } = await follow();
  const capturedAtUs = 1_773_482_000_000_000;
  const at = (ms: number) => capturedAtUs + ms * 1000;
  const times = { capturedAtUs, resultAtUs: at(120), eventAtUs: at(150), raisedAtUs: at(190) };
  const alarm = exampleAlarm(1, ['hook'], { times });
  const told = { id: deliveryId(alarm, 'hook'), alarm: alarm.id, rule: alarm.rule, camera: 'yard', notifier: 'hook' };
  const { raisedAtUs } = times;
  const delivery = { ...told, kind: 'webhook' as const, level: 0, capturedAtUs, raisedAtUs };
  for (const record of [
    encodeAlarm(alarm),
    encodeAlarm({ ...alarm, level: 1 }),
    encodeDelivery({ ...delivery, outcome: 'retrying', attempts: 1, atUs: at(400), nextAttemptAtUs: at(900) }),
    encodeDelivery({ ...delivery, outcome: 'delivered', attempts: 2, atUs: at(1190) }),
  ]) {
    log.append(record, 0);
  }
  const text = await until(
    () => registry.metrics(),
    (each) => /outcome="delivered"/.test(each),
  );
  await reader.close();
  const sums = [...text.matchAll(/^vigil_alarm_step_seconds_(sum|count)\{step="(\w+)"\} (\S+)$/gm)];
  assert.deepEqual(
    sums.map(([, kind, step, value]) => [step, kind, Number(value)]),
    [
      ['result', 'sum', 0.12],
      ['result', 'count', 1],
      ['event', 'sum', 0.03],
      ['event', 'count', 1],
      ['alarm', 'sum', 0.04],
      ['alarm', 'count', 1],
      ['delivered', 'sum', 1],
      ['delivered', 'count', 1],
    ],
  );
  assert.match(text, /vigil_capture_to_delivered_seconds_sum\{rule="door",notifier="hook"\} 1\.19/);
  assert.match(text, /vigil_deliveries_total\{notifier="hook",outcome="retrying"\} 1/);
});

test('how long a suspicion took is measured by its kind, camera and the way that told of it; other events are not', async () => {
  const { log, registry, reader } = await follow();
  const seen = suspicion([`yard/${session}/7`], []);
  const told = (speed: 'urgent' | 'complete', afterMs: number) => {
    assert.ok(seen.suspicion);
    const mine = { ...seen, suspicion: { ...seen.suspicion, speed } };
    log.append(encodeEvent(mine), seen.atUs / 1000 + afterMs);
  };
  log.append(encodeEvent(event(1)), seen.atUs / 1000 + 77);
  told('urgent', 240);
  told('urgent', 260);
  told('complete', 4500);
  const text = await until(
    () => registry.metrics(),
    (each) => /suspicion_seconds_count\{.*speed="complete"/.test(each),
  );
  await reader.close();
  const found = [...text.matchAll(/^vigil_capture_to_suspicion_seconds_(sum|count)\{(.*)\} (\S+)$/gm)];
  const [urgent, complete] = ['urgent', 'complete'].map((speed) => `threat="fight",camera="yard",speed="${speed}"`);
  assert.deepEqual(
    found.map(([, kind, labels, value]) => [kind, labels, Number(Number(value).toFixed(6))]),
    [
      ['sum', urgent, 0.5],
      ['count', urgent, 2],
      ['sum', complete, 4.5],
      ['count', complete, 1],
    ],
  );
});
