import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeEvent } from '../../src/topics/event-record.ts';
import { encodeMark, encodeUnmark } from '../../src/topics/mark-record.ts';
import { type FakeLog, result } from '../serve/fake-log.ts';
import { event, suspicion } from './events.ts';
import { stored, until } from './stored.ts';

const sizeBytes = 1000;

/** A result with its picture and an event that it shows. @returns the event's id */
function happen(log: FakeLog, n: number, { jpeg = Buffer.alloc(sizeBytes, n), ref = '' } = {}): string {
  const place = `processed_images/0/${log.end}`;
  log.answer(result(n, { camera: 'yard', session: 's1', frameRef: ref }), jpeg);
  const evidence = [`yard/s1/${n}`];
  const told = event(n * 3, { evidence, evidenceRefs: [place] });
  log.append(encodeEvent(told), Date.now());
  return told.id;
}

test('pictures of events are kept, and the oldest make room at the limit', async (t) => {
  const { log, store } = await stored(t, { pictureBytes: 2500 });
  const ids = [1, 2, 3, 4].map((n) => happen(log, n));
  const { items } = await until(
    () => store.ask('events', { limit: 9 }),
    (page) => page.items.length === 4 && page.items.every(({ picture }) => picture !== 'wanted'),
  );
  await until(
    () => store.ask('events', { limit: 9 }),
    (page) => page.items.filter(({ picture }) => picture === 'kept').length === 2,
  );
  assert.equal(items.length, 4);
  const kept = await Promise.all(ids.map((id) => store.ask('eventPicture', { id })));
  assert.deepEqual(
    kept.map((jpeg) => jpeg && [...new Set(jpeg)]),
    [undefined, undefined, [3], [4]],
  );
});

test('a result that leaves a reference leads to the frame, and one that the log lost is said to be gone', async (t) => {
  const { log, store } = await stored(t);
  const ref = `raw_video_frames/0/${log.end}`;
  const { headers } = {
    headers: new Map([
      ['camera', 'yard'],
      ['session', 's1'],
      ['frame', '7'],
    ]),
  };
  log.append({ topic: 'raw_video_frames', partition: 0, value: Buffer.from('frame 7'), headers }, Date.now());
  const id = happen(log, 7, { jpeg: Buffer.alloc(0), ref });
  const lost = event(27, { evidence: ['yard/s1/9'], evidenceRefs: ['processed_images/0/999'] });
  const foreign = event(30, { evidence: ['yard/s1/10'], evidenceRefs: ['processed_images/0/1'] });
  for (const each of [lost, foreign]) log.append(encodeEvent(each), Date.now());
  const { items } = await until(
    () => store.ask('events', { limit: 9 }),
    (page) => page.items.length === 3 && page.items.every(({ picture }) => picture !== 'wanted'),
  );
  assert.equal(Buffer.from((await store.ask('eventPicture', { id })) ?? []).toString(), 'frame 7');
  const states = new Map(items.map(({ event: { id: of }, picture }) => [of, picture]));
  assert.deepEqual([states.get(id), states.get(lost.id), states.get(foreign.id)], ['kept', 'gone', 'gone']);
});

test('the frames of a suspicion that is marked outlast the limit, and make room again once the mark is taken back', async (t) => {
  const { log, store } = await stored(t, { pictureBytes: 2500 });
  const refs = [1, 2, 3].map((n) => {
    log.answer(result(n, { camera: 'yard', session: 's1' }), Buffer.alloc(sizeBytes, n));
    return `processed_images/0/${log.end - 1}`;
  });
  const told = suspicion(['yard/s1/1', 'yard/s1/2', 'yard/s1/3'], refs);
  const { id, camera, evidence } = told;
  // The mark is read before its event, as by a store that begins anew.
  const said = { event: id, camera, threat: 'fight', isRight: true, by: 'Ada', atUs: 5 } as const;
  log.append(encodeMark({ ...said, evidence, evidenceRefs: refs }), Date.now());
  log.append(encodeEvent(told), Date.now());
  const states = async () => (await store.ask('moment', { id }))?.frames.map(({ picture }) => picture) ?? [];
  await until(states, (all) => all.length === 3 && all.every((state) => state === 'kept'));
  happen(log, 7);
  const page = await until(
    () => store.ask('events', { limit: 9 }),
    ({ items }) => items.some(({ picture }) => picture === 'expired'),
  );
  assert.deepEqual(await states(), ['kept', 'kept', 'kept']);
  assert.deepEqual(page.items.find(({ event: { id: each } }) => each === id)?.mark, {
    isRight: true,
    by: 'Ada',
    atUs: 5,
  });
  const seen = (await store.ask('moment', { id }))?.frames[1]?.seen;
  assert.deepEqual([seen?.ptsUs, seen?.detections[0]?.label], [200_000, 'person']);
  log.append(encodeUnmark(id), Date.now());
  happen(log, 8);
  await until(states, (all) => all.includes('expired'));
});
