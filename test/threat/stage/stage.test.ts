import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FightModel } from '../../../src/threat/fight/fight-model.ts';
import { HastyOrder } from '../../../src/threat/stage/hasty-order.ts';
import { ThreatDesk } from '../../../src/threat/stage/threat-desk.ts';
import type { ThreatKind } from '../../../src/topics/event-names.ts';
import { decodeEvent, encodeEvent } from '../../../src/topics/event-record.ts';
import { encodeResult } from '../../../src/topics/result-record.ts';

const at = (frame: number, session = 's', capturedAtMs = 0) => ({ session, frame, capturedAtMs, payload: frame });
const shown = (items: readonly { type: string; payload?: number }[]) =>
  items.map(({ type, payload }) => payload ?? type);

test('frames that come in another order come out in order', () => {
  const order = new HastyOrder<number>();
  assert.deepEqual(shown(order.add(at(0), 0)), ['gap', 0]);
  assert.deepEqual(shown(order.add(at(3), 10)), []);
  assert.deepEqual(shown(order.add(at(2), 20)), []);
  assert.deepEqual(shown(order.add(at(1), 30)), [1, 2, 3]);
  assert.deepEqual(shown(order.add(at(1), 40)), []);
});

test('a frame that does not come is a gap after a quarter of a second, and comes too late then', () => {
  const order = new HastyOrder<number>();
  order.add(at(0), 0);
  order.add(at(2), 100);
  assert.deepEqual(shown(order.tick(349)), []);
  assert.deepEqual(shown(order.tick(350)), ['gap', 2]);
  assert.deepEqual(shown(order.add(at(1), 360)), []);
  assert.deepEqual(shown(order.add(at(3), 370)), [3]);
});

test('what is late already is waited for longer', () => {
  const order = new HastyOrder<number>();
  order.add(at(0), 60_000);
  order.add(at(2), 60_000);
  assert.deepEqual(shown(order.tick(62_000)), []);
  assert.deepEqual(shown(order.tick(63_000)), ['gap', 2]);
});

test('another session begins anew, after all that was held of the one before', () => {
  const order = new HastyOrder<number>();
  order.add(at(0), 0);
  order.add(at(5), 0);
  assert.deepEqual(shown(order.add(at(7, 't'), 1)), ['gap', 5, 'gap', 7]);
});

test('what is held is bounded', () => {
  const order = new HastyOrder<number>();
  order.add(at(0), 0);
  const out = Array.from({ length: 65 }, (_, index) => order.add(at(index + 2), 0)).flat();
  assert.equal(out.length, 66);
});

/** Calls a fight wherever there is anybody. */
const model: FightModel = {
  version: 1,
  features: ['count.mean'],
  scale: [Array.from({ length: 21 }, (_, index) => index / 20)],
  weights: [10, 0],
  calibration: { slope: 1, offset: 0 },
  threshold: 0.9,
};

const startUs = 1_700_000_000_000_000;

function deskAt(nowMs: number, kinds: readonly ThreatKind[] = ['fight']): ThreatDesk {
  const shrink = async () => ({ pixels: new Uint8Array(160 * 90), width: 160, height: 90 });
  return new ThreatDesk({ detectors: ['people@1'], kinds, model, shrink, nowMs: () => nowMs });
}

function record(frame: number, { people = 2, detector = 'people@1', camera = 'yard', replay = false } = {}) {
  const ptsUs = frame * 100_000;
  const box = (index: number) => ({ x: 100 * index, y: 50, width: 40, height: 100 });
  const result = {
    frame: { camera, session: 's', frame, ptsUs, capturedAtUs: startUs + ptsUs, width: 640, height: 360 },
    frameRef: `raw_video_frames/0/${frame}`,
    detector,
    inferenceUs: 1,
    detections: Array.from({ length: people }, (_, index) => ({ label: 'person', score: 0.9, box: box(index) })),
    ...(replay ? { replay: true as const } : {}),
  };
  const { topic, key, value, headers } = encodeResult(result, Buffer.from('jpeg'), 1);
  return { topic, partition: 0, offset: BigInt(frame), timestampMs: 0, key: Buffer.from(key ?? ''), value, headers };
}

type Incoming = Parameters<ThreatDesk['add']>[0];

test('a suspicion names its frames, where their results lie, people and reasons, and survives its record', async () => {
  const desk = deskAt(startUs / 1000 + 1500);
  const events = (
    await Promise.all(Array.from({ length: 9 }, (_, frame) => desk.add(record(frame) as Incoming)))
  ).flat();
  assert.equal(events.length, 1);
  const [event] = events;
  assert.ok(event?.suspicion);
  assert.deepEqual(
    [event.frame, event.threat, event.suspicion.isHeuristic, event.suspicion.lateMs],
    [6, 'fight', false, undefined],
  );
  assert.deepEqual(
    event.evidence,
    [0, 1, 2, 3, 4, 5, 6].map((frame) => `yard/s/${frame}`),
  );
  assert.deepEqual(event.evidenceRefs?.at(-1), 'processed_images/0/6');
  assert.equal(event.suspicion.people.length, 2);
  assert.match(event.suspicion.why[0] ?? '', /^count\.mean /);
  assert.equal(event.suspicion.reasons?.[0]?.feature, 'count.mean');
  assert.deepEqual(event.suspicion.curve, [{ ptsUs: 600_000, score: event.score }]);
  const encoded = encodeEvent(event, startUs);
  const again = decodeEvent({ ...encoded, partition: 0, offset: 0n } as unknown as Incoming);
  assert.deepEqual(again, event);
});

test('what is found too late says so', async () => {
  const desk = deskAt(startUs / 1000 + 20_600);
  const events = (
    await Promise.all(Array.from({ length: 9 }, (_, frame) => desk.add(record(frame) as Incoming)))
  ).flat();
  assert.equal(events[0]?.suspicion?.lateMs, 20_000);
});

test('a gap begins the window anew; other detectors, replays and other suspicions are nobody’s business', async () => {
  const desk = deskAt(startUs / 1000);
  for (const options of [{ detector: 'cars@1' }, { replay: true }]) {
    for (let frame = 0; frame < 9; frame++) assert.deepEqual(await desk.add(record(frame, options) as Incoming), []);
  }
  for (let frame = 0; frame < 6; frame++) assert.deepEqual(await desk.add(record(frame) as Incoming), []);
  // Frame 6 never comes: what follows is let out by the clock, and is a window of its own.
  for (let frame = 7; frame < 12; frame++) assert.deepEqual(await desk.add(record(frame) as Incoming), []);
  const silent = deskAt(startUs / 1000, ['fall']);
  for (let frame = 0; frame < 9; frame++) assert.deepEqual(await silent.add(record(frame) as Incoming), []);
});
