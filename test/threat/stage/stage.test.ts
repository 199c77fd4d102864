import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FightModel } from '../../../src/threat/fight/fight-model.ts';
import { HastyOrder } from '../../../src/threat/stage/hasty-order.ts';
import { ThreatDesk } from '../../../src/threat/stage/threat-desk.ts';
import { decodeThreatState, type ThreatState } from '../../../src/threat/stage/threat-state.ts';
import { UrgentDesk } from '../../../src/threat/stage/urgent-desk.ts';
import type { ThreatKind } from '../../../src/topics/event-names.ts';
import { decodeEvent, encodeEvent } from '../../../src/topics/event-record.ts';
import type { TrackEvent } from '../../../src/topics/event-schema.ts';
import type { IncomingRecord } from '../../../src/topics/record.ts';
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
const pictures = { of: async () => ({ pixels: new Uint8Array(160 * 90), width: 160, height: 90 }) };

function deskAt(nowMs: number, kinds: readonly ThreatKind[] = ['fight']): UrgentDesk {
  return new UrgentDesk({ detectors: ['people@1'], kinds, model, pictures, nowMs: () => nowMs });
}

function record(
  frame: number,
  { people = 2, detector = 'people@1', camera = 'yard', replay = false, gated = false } = {},
) {
  const ptsUs = frame * 100_000;
  const box = (index: number) => ({ x: 100 * index, y: 50, width: 40, height: 100 });
  const result = {
    frame: { camera, session: 's', frame, ptsUs, capturedAtUs: startUs + ptsUs, width: 640, height: 360 },
    frameRef: `raw_video_frames/0/${frame}`,
    detector,
    inferenceUs: 1,
    detections: Array.from({ length: people }, (_, index) => ({ label: 'person', score: 0.9, box: box(index) })),
    ...(replay ? { replay: true as const } : {}),
    ...(gated ? { gated: true as const, detections: [] } : {}),
  };
  const { topic, key, value, headers } = encodeResult(result, Buffer.from('jpeg'), 1);
  const timestampMs = (startUs + ptsUs) / 1000;
  const place = { topic, partition: 0, offset: BigInt(frame), timestampMs };
  return incoming({ ...place, key: Buffer.from(key ?? ''), value, headers });
}

function incoming(fields: object): IncomingRecord {
  return { timestampMs: startUs / 1000, ...fields } as unknown as IncomingRecord;
}

/** One after the other, as the loop does. */
async function hurry(desk: UrgentDesk, records: readonly IncomingRecord[]): Promise<TrackEvent[]> {
  const events: TrackEvent[] = [];
  for (const each of records) events.push(...(await desk.add(each)).map(({ event }) => event));
  return events;
}

const frames = (from: number, to: number, options?: Parameters<typeof record>[1]) =>
  Array.from({ length: to - from + 1 }, (_, index) => record(from + index, options));

test('a suspicion names its frames, where their results lie, people and reasons, and survives its record', async () => {
  const events = await hurry(deskAt(startUs / 1000 + 1500), frames(0, 8));
  assert.equal(events.length, 1);
  const [event] = events;
  assert.ok(event?.suspicion);
  assert.deepEqual(
    [event.frame, event.threat, event.suspicion.isHeuristic, event.suspicion.lateMs, event.suspicion.speed],
    [7, 'fight', false, undefined, 'urgent'],
  );
  assert.deepEqual(
    event.evidence,
    [0, 1, 2, 3, 4, 5, 6, 7].map((frame) => `yard/s/${frame}`),
  );
  assert.deepEqual(event.evidenceRefs?.at(-1), 'processed_images/0/7');
  assert.equal(event.suspicion.people.length, 2);
  assert.match(event.suspicion.why[0] ?? '', /^count\.mean /);
  assert.equal(event.suspicion.reasons?.[0]?.feature, 'count.mean');
  const scores = event.suspicion.curve?.map(({ ptsUs, score }) => [ptsUs, score >= (event.suspicion?.threshold ?? 1)]);
  assert.deepEqual(scores, [
    [600_000, true],
    [700_000, true],
  ]);
  assert.equal(event.score, Math.max(...(event.suspicion.curve ?? []).map(({ score }) => score)), 'the higher of two');
  const again = decodeEvent(incoming({ ...encodeEvent(event, startUs), partition: 0, offset: 0n }));
  assert.deepEqual(again, event);
});

test('who hurries passes over what is too old, says which frames, and begins anew with what is young', async () => {
  // The results of frames 0 to 4 are older than two seconds, those of 5 to 14 are not.
  const desk = deskAt(startUs / 1000 + 2450);
  const [event] = await hurry(desk, [...frames(0, 4), ...frames(5, 14)]);
  assert.equal(event?.frame, 12);
  const about = { camera: 'yard', session: 's', detector: 'people@1', group: 'threat-urgent' };
  assert.deepEqual(desk.takePassedOver(), [{ ...about, first: 0, last: 4, reason: 'too-old' }]);
  assert.deepEqual(desk.takePassedOver(), []);
});

test('a gap begins the window anew; other detectors, replays and other suspicions are nobody’s business', async () => {
  const desk = deskAt(startUs / 1000);
  for (const options of [{ detector: 'cars@1' }, { replay: true }]) {
    assert.deepEqual(await hurry(desk, frames(0, 8, options)), []);
  }
  assert.deepEqual(await hurry(desk, frames(0, 5)), []);
  // Frame 6 never comes: what follows is let out by the clock, and is a window of its own.
  assert.deepEqual(await hurry(desk, frames(7, 11)), []);
  assert.deepEqual(await hurry(deskAt(startUs / 1000, ['fall']), frames(0, 8)), []);
});

test('who waits goes on waiting while nothing moves and nobody looks', async () => {
  const records = [...frames(0, 9, { people: 1 }), ...frames(10, 620, { gated: true })];
  const [event, ...more] = await hurry(deskAt(startUs / 1000, ['loitering']), records);
  assert.deepEqual(
    [event?.threat, event?.frame, event?.suspicion?.people.length, more.length],
    ['loitering', 601, 1, 0],
  );
});

test('sixty frames a second are judged as ten are: at the same moment, over frames as far apart', async () => {
  const fast = Array.from({ length: 60 }, (_, frame) => {
    const each = record(frame);
    return { ...each, headers: new Map(each.headers).set('pts_us', String(Math.round((frame * 1e6) / 60))) };
  });
  const [event] = await hurry(deskAt(startUs / 1000), fast);
  assert.ok(event && event.ptsUs >= 500_000 && event.ptsUs < 700_000, `at ${event?.ptsUs}`);
  const judged = event.evidence.map((frame) => Number(frame.split('/').at(-1)));
  assert.deepEqual(
    judged,
    judged.map((_, index) => 4 * index),
  );
});

interface Complete {
  desk: ThreatDesk;
  take(): { events: TrackEvent[]; state: ThreatState | undefined; topics: string[] };
}

function complete(kinds: readonly ThreatKind[] = ['fight', 'loitering'], lateMs = 0): Complete {
  const nowMs = () => startUs / 1000 + 700 + lateMs;
  const common = { detectors: ['people@1'], delivery: () => 'exactly-once' as const, isNews: () => true };
  const desk = new ThreatDesk({ ...common, kinds, model, pictures, nowMs });
  return {
    desk,
    take() {
      const records = desk.take().flatMap((each) => each.records);
      const read = (topic: string) =>
        records.filter((each) => each.topic === topic).map((each) => incoming({ ...each, partition: 0, offset: 0n }));
      const [state] = read('threat_state').map(decodeThreatState);
      return { events: read('events').map(decodeEvent), state, topics: records.map(({ topic }) => topic) };
    },
  };
}

async function judge({ desk }: Complete, records: readonly IncomingRecord[]): Promise<void> {
  for (const each of records) {
    await desk.prepare(each);
    desk.add(each);
  }
  // The first session of a camera begins once nothing can lie before it.
  const far = [BigInt(1000)];
  for (const { detector, ticket } of desk.wantingProgress())
    desk.advance(detector, { ticket, ends: far, processed: far });
}

test('who judges every frame waits for one that is missing, whatever the clock says', async () => {
  const stage = complete();
  const [seventh, ...others] = [record(6), ...frames(0, 5), ...frames(7, 9)] as [IncomingRecord, ...IncomingRecord[]];
  await judge(stage, others.slice(0, 6));
  for (const each of others.slice(6)) stage.desk.add(each);
  assert.deepEqual(stage.take().events, []);
  await judge(stage, [seventh]);
  const [event, ...more] = stage.take().events;
  assert.deepEqual([event?.frame, event?.suspicion?.speed, more.length], [7, 'complete', 0]);
});

test('what is found late says so, and how late', async () => {
  const stage = complete(['fight'], 20_000);
  await judge(stage, frames(0, 8));
  assert.deepEqual(
    stage.take().events.map(({ suspicion }) => suspicion?.lateMs),
    [20_000],
  );
});

test('judging goes on from its state as if it had never stopped', async () => {
  const undisturbed = complete();
  await judge(undisturbed, frames(0, 39));
  const expected = undisturbed.take().events;
  assert.equal(expected.length, 1);
  for (let stop = 1; stop < 12; stop += 2) {
    const before = complete();
    await judge(before, frames(0, stop));
    const { events, state } = before.take();
    const after = complete();
    assert.ok(state);
    after.desk.restore(JSON.parse(JSON.stringify(state)) as ThreatState);
    await judge(after, frames(stop + 1, 39));
    assert.deepEqual([...events, ...after.take().events], expected, `stopped after frame ${stop}`);
  }
});

test('frames that will never come are a gap, said on the ledger by this group', async () => {
  const stage = complete();
  await judge(stage, [...frames(0, 3), ...frames(6, 9)]);
  const { topics, events } = stage.take();
  assert.deepEqual([...topics].sort(), ['ledger', 'threat_state']);
  assert.deepEqual(events, []);
});
