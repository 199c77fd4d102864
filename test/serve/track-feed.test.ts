import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { createLogger } from '../../src/base/logger.ts';
import { TrackFeed } from '../../src/serve/track-feed.ts';
import { encodeFrameTracks } from '../../src/topics/event-record.ts';
import type { LiveFrameHeader } from '../../src/topics/live-message.ts';
import { trackNumbers } from '../../web/src/picture/track-numbers.ts';
import { FakeLog } from './fake-log.ts';

const box = { x: 100, y: 50, width: 40, height: 100 };
const place = (number: number, x = 100) => ({
  track: `yard/s1/0.${number}`,
  number,
  label: 'person',
  isSeen: true,
  box: { ...box, x },
});

test('the page’s server knows where the tracks of a session were last, for a little while', async (t) => {
  let nowMs = 1_000_000;
  const log = new FakeLog();
  const feed = new TrackFeed({
    brokers: ['log-in-memory:1'],
    open: log.open,
    clock: { ...systemClock, nowMs: () => nowMs },
    logger: createLogger('test', { level: 'silent' }),
  });
  t.after(() => feed.close());
  const tracks = { camera: 'yard', session: 's1', frame: 7, detector: 'people@1', tracks: [place(3)] };
  log.append(encodeFrameTracks(tracks, 0), nowMs);
  while (feed.placesBefore({ camera: 'yard', session: 's1' }).length === 0) await nextTurn();
  assert.deepEqual(feed.placesBefore({ camera: 'yard', session: 's1' }), [place(3)]);
  assert.deepEqual(feed.placesBefore({ camera: 'yard', session: 's2' }), []);
  assert.deepEqual(feed.placesBefore({ camera: 'gate', session: 's1' }), []);
  nowMs += 2000;
  assert.deepEqual(feed.placesBefore({ camera: 'yard', session: 's1' }), []);
});

test('a box has the number of the track that it overlaps most, and no two boxes have the same', () => {
  const person = (x: number, label = 'person') => ({ label, score: 0.9, box: { ...box, x } });
  const detections = [person(105), person(112), person(400), person(300, 'dog')];
  const header = { detections, tracks: [place(1), place(2, 300)] } as unknown as LiveFrameHeader;
  const numbers = trackNumbers(header);
  assert.deepEqual(
    detections.map((each) => numbers.get(each)),
    [1, undefined, undefined, undefined],
  );
});
