import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEvent, decodeFrameTracks } from '../../src/topics/event-record.ts';
import type { TrackEvent } from '../../src/topics/event-schema.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { emptyScene, type Scene } from '../../src/topics/scene.ts';
import { TrackDesk } from '../../src/track/track-desk.ts';
import { decodeTrackState } from '../../src/track/track-state.ts';
import { defaultTrackerSettings } from '../../src/track/tracker.ts';
import { Random } from '../stage/order/random.ts';
import { walkResults, withoutPlaces } from './walk-results.ts';

const partitions = 3;

function makeDesk(scene: Scene = emptyScene): TrackDesk {
  return new TrackDesk({
    follow: { yard: 'people@1' },
    delivery: () => 'exactly-once',
    scenes: { yard: scene },
    settings: defaultTrackerSettings,
    onGap: () => {},
  });
}

/** Everything that is in the log was processed. */
function progress(desk: TrackDesk, results: readonly IncomingRecord[]): void {
  const ends = Array.from({ length: partitions }, () => 0n);
  for (const { headers } of results) {
    const [, partition = '0', offset = '0'] = (headers.get('frame_ref') ?? '').split('/');
    const index = Number(partition);
    if (BigInt(offset) >= (ends[index] ?? 0n)) ends[index] = BigInt(offset) + 1n;
  }
  for (const { detector, ticket } of desk.wantingProgress()) desk.advance(detector, { ticket, ends, processed: ends });
}

function eventsOf(records: readonly OutgoingRecord[]): TrackEvent[] {
  return records.filter(({ topic }) => topic === 'events').map((record) => decodeEvent(incoming(record)));
}

function incoming(record: OutgoingRecord): IncomingRecord {
  return { ...record, partition: 0, offset: 0n, timestampMs: 0, key: Buffer.from(record.key ?? '') };
}

function recordsOf(desk: TrackDesk): OutgoingRecord[] {
  return desk.take().flatMap(({ records }) => records);
}

/** Results in an order that partitions cause: each in its own, at any pace. */
function shuffled(results: readonly IncomingRecord[], seed: number): IncomingRecord[] {
  const random = new Random(seed);
  const lanes = Array.from({ length: partitions }, (_, lane) =>
    results.filter((_, frame) => frame % partitions === lane),
  );
  const mixed: IncomingRecord[] = [];
  while (mixed.length < results.length) {
    const record = lanes[random.between(0, partitions - 1)]?.shift();
    if (record) mixed.push({ ...record, offset: BigInt(mixed.length) });
  }
  return mixed;
}

test('events do not depend on the order in which results come', () => {
  const results = walkResults({ camera: 'yard', session: 's1', frames: 60, partitions });
  const runs = [results, shuffled(results, 1), shuffled(results, 2)].map((order) => {
    const desk = makeDesk();
    for (const record of order) desk.add(record);
    progress(desk, order);
    desk.learn({ camera: 'yard', session: 's1', published: 60, isOver: true });
    return eventsOf(recordsOf(desk));
  });
  assert.deepEqual(
    runs[0]?.map(({ type, number }) => `${type} ${number}`),
    ['track-began 1', 'track-began 2', 'track-ended 1', 'track-ended 2'],
  );
  const [inOrder = [], ...shaken] = runs;
  for (const run of shaken) assert.deepEqual(withoutPlaces(run), withoutPlaces(inOrder));
});

test('what a replay says of past frames is followed by nobody, though it comes first', () => {
  const results = walkResults({ camera: 'gate', session: 's1', frames: 60, partitions });
  const replayed = results.map((record) => ({
    ...record,
    headers: new Map([...record.headers, ['detector', 'people@2'], ['replay', 'true']]),
  }));
  const runs = [results, [...replayed, ...results]].map((records) => {
    const desk = makeDesk();
    for (const record of records) desk.add(record);
    progress(desk, results);
    desk.learn({ camera: 'gate', session: 's1', published: 60, isOver: true });
    return eventsOf(recordsOf(desk)).map(({ type, number, detector }) => `${type} ${number} ${detector}`);
  });
  assert.ok(runs[0]?.includes('track-began 1 people@1'));
  assert.deepEqual(runs[1], runs[0]);
});

test('a restart from what was taken gives the same events, none twice', () => {
  const results = shuffled(walkResults({ camera: 'yard', session: 's1', frames: 90, partitions }), 5);
  const news = { camera: 'yard', session: 's1', published: 90, isOver: true };
  const whole = makeDesk();
  for (const record of results) whole.add(record);
  progress(whole, results);
  whole.learn(news);
  const expected = eventsOf(recordsOf(whole));

  for (const stop of [5, 31, 64]) {
    const first = makeDesk();
    for (const record of results.slice(0, stop)) first.add(record);
    progress(first, results.slice(0, stop));
    const position = first.restartOffset(0, BigInt(stop));
    const kept = recordsOf(first);
    const second = makeDesk();
    for (const record of kept) {
      if (record.topic === 'track_state') second.restore(decodeTrackState(incoming(record)));
    }
    for (const record of results.slice(Number(position))) second.add(record);
    progress(second, results);
    second.learn(news);
    assert.deepEqual([...eventsOf(kept), ...eventsOf(recordsOf(second))], expected, `stopped after ${stop}`);
  }
});

test('a line is counted in the events, and a mask leaves nobody to count', () => {
  const results = walkResults({ camera: 'yard', session: 's1', frames: 60, partitions });
  const lines = [{ name: 'gate', from: [0.3, 0], to: [0.3, 1] }] as const;
  const whole = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as const;
  const crossings = [[], [whole]].map((masks) => {
    const desk = makeDesk({ zones: [], lines, masks });
    for (const record of results) desk.add(record);
    progress(desk, results);
    return eventsOf(recordsOf(desk)).filter(({ type }) => type === 'line-crossed');
  });
  assert.deepEqual(
    crossings[0]?.map(({ direction, counts, line }) => [line, direction, counts]),
    [['gate', 'out', { in: 0, out: 1 }]],
  );
  assert.deepEqual(crossings[1], []);
});

test('where tracks are is told frame by frame; results of other detectors are passed over', () => {
  const results = walkResults({ camera: 'yard', session: 's1', frames: 30, partitions });
  const desk = makeDesk();
  for (const record of results) {
    desk.add(record);
    desk.add({ ...record, headers: new Map([...record.headers, ['detector', 'bags@1']]) });
  }
  progress(desk, results);
  const places = recordsOf(desk)
    .filter(({ topic }) => topic === 'tracks')
    .map((record) => decodeFrameTracks(incoming(record)));
  assert.deepEqual(
    places.map(({ frame }) => frame),
    Array.from({ length: 28 }, (_, index) => index + 2),
  );
  assert.deepEqual(
    places.at(-1)?.tracks.map(({ number, isSeen }) => [number, isSeen]),
    [
      [1, true],
      [2, true],
    ],
  );
});

test('frames that had no answer when their session was given up are followed as if it had been stated later', () => {
  const first = walkResults({ camera: 'yard', session: 's1', frames: 60, partitions });
  const next = walkResults({ camera: 'yard', session: 's2', frames: 9, partitions, firstOffset: 20 });
  const framesSaid = (news?: { isOver: boolean; mayHoldMore?: boolean }): string[] => {
    const desk = makeDesk();
    for (const record of first.slice(0, 58)) desk.add(record);
    progress(desk, first.slice(0, 58));
    if (news) desk.learn({ camera: 'yard', session: 's1', published: 58, ...news });
    for (const [index, record] of [...first.slice(58), ...next].entries())
      desk.add({ ...record, offset: 58n + BigInt(index) });
    progress(desk, [...first, ...next]);
    return recordsOf(desk)
      .filter(({ topic }) => topic === 'tracks')
      .map((record) => decodeFrameTracks(incoming(record)))
      .map(({ session, frame, tracks }) => `${session}/${frame}: ${tracks.map(({ number }) => number)}`);
  };
  const undisturbed = framesSaid();
  assert.ok(undisturbed.includes('s1/59: 1,2'), undisturbed.join('; '));
  assert.deepEqual(framesSaid({ isOver: true, mayHoldMore: true }), undisturbed);
});
