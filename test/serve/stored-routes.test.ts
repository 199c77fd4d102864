import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fault } from '../../src/base/errors.ts';
import type { Alarm } from '../../src/topics/alarm-schema.ts';
import { event, suspicion, write } from '../store/events.ts';
import { until } from '../store/stored.ts';
import { FakeLog, result } from './fake-log.ts';
import { serve } from './serve-harness.ts';
import { introduce, raise, storeOver } from './stored-harness.ts';

const jpeg = Buffer.from([0xff, 0xd8, 1, 2, 3, 0xff, 0xd9]);

interface Answer {
  items?: { acknowledged?: unknown; alarm?: Alarm; person?: { name: string } }[];
  next?: string | null;
  event?: unknown;
  isEnrolled?: boolean;
  tracks?: number;
  aliases?: string[];
}

async function served(t: TestContext) {
  const log = new FakeLog();
  const openStore = await storeOver(t, log);
  const { url, get } = await serve(t, { log, openStore, openProducer: log.openProducer });
  const json = async (path: string) => (await get(path)).json() as Promise<Answer>;
  const send = (method: string, path: string, body?: unknown) =>
    fetch(`${url}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
  return { log, get, json, send };
}

test('events are listed in pages, with filters, and what is asked wrongly is named', async (t) => {
  const { log, get, json } = await served(t);
  write(log, [event(0), event(1), event(2)]);
  await until(
    () => json('/api/events'),
    ({ items }) => items?.length === 3,
  );
  const first = await json('/api/events?limit=2');
  assert.equal(first.items?.length, 2);
  const second = await json(`/api/events?limit=2&cursor=${first.next}`);
  assert.deepEqual([second.items?.length, second.next], [1, null]);
  const one = await json(`/api/events/${encodeURIComponent(event(1).id)}`);
  assert.deepEqual(one.event, event(1));
  assert.equal((await get('/api/events/nothing/picture')).status, 404);
  for (const [path, says] of [
    ['type=track-began,flown', /"flown" is none of track-began/],
    ['since=yesterday', /since: "yesterday" is neither a time/],
    ['cursor=x', /cursor: "x" was not given out here/],
    ['limit=0', /limit must be >= 1/],
  ] as const) {
    const refused = await get(`/api/events?${path}`);
    assert.equal(refused.status, 400, path);
    assert.match(((await refused.json()) as { message: string }).message, says);
  }
});

test('an alarm is shown with its picture, and acknowledging it goes through the log', async (t) => {
  const { log, get, json, send } = await served(t);
  const alarm = raise(log, jpeg);
  await until(
    () => get(`/api/alarms/${alarm.id}/picture`),
    ({ status }) => status === 200,
  );
  const picture = await get(`/api/alarms/${alarm.id}/picture`);
  assert.deepEqual(Buffer.from(await picture.arrayBuffer()), jpeg);
  assert.equal((await send('POST', '/api/alarms/nothing/acknowledge', { by: 'Ada' })).status, 404);
  assert.equal((await send('POST', `/api/alarms/${alarm.id}/acknowledge`, { by: '' })).status, 400);
  const said = await send('POST', `/api/alarms/${alarm.id}/acknowledge`, { by: 'Ada', note: 'the cat' });
  assert.equal(said.status, 202);
  const { atUs } = (await said.json()) as { atUs: number };
  const page = await until(
    () => json('/api/alarms?acknowledged=true'),
    ({ items }) => items?.length === 1,
  );
  const [shown] = page.items ?? [];
  assert.deepEqual(shown?.acknowledged, { atUs, by: 'Ada', note: 'the cat' });
  assert.deepEqual(shown?.alarm, alarm);
  assert.deepEqual((await json('/api/alarms?acknowledged=false')).items, []);
});

test('the moment of a suspicion has its frames with what was seen, and is marked through the log', async (t) => {
  const { log, get, json, send } = await served(t);
  const joints = Array.from({ length: 17 }, (_, n) => [n, 2 * n, 0.9]);
  const attributes = { joints, face: { embedding: 'secret' } };
  const seen = { label: 'person', score: 0.8, box: { x: 1, y: 2, width: 3, height: 4 } };
  const detections = [{ ...seen, attributes }];
  log.answer(result(4, { camera: 'yard', detections }), jpeg);
  const told = suspicion(['yard/s1/4'], [`processed_images/0/${log.end - 1}`]);
  write(log, [told, event(0)]);
  const path = `/api/events/${encodeURIComponent(told.id)}`;
  interface Frames {
    frames: { picture: string; seen?: { detections: object[] } }[];
  }
  const { frames } = await until(
    async () => (await get(`${path}/moment`)).json() as Promise<Frames>,
    (moment) => moment.frames?.[0]?.picture === 'kept',
  );
  assert.deepEqual(frames[0]?.seen?.detections, [{ ...seen, joints }]);
  assert.equal((await get(`${path}/picture?frame=yard/s1/4`)).status, 200);
  assert.equal((await get(`${path}/picture?frame=yard/s1/5`)).status, 404);
  assert.equal((await send('DELETE', `${path}/mark`)).status, 404);
  assert.equal((await send('PUT', `${path}/mark`, { isRight: false, by: 'Ada', note: 'a hug' })).status, 202);
  const mark = async () => ((await json(path)) as { mark?: { isRight: boolean; note: string } }).mark ?? null;
  const said = await until(mark, (each) => each !== null);
  assert.deepEqual([said?.isRight, said?.note], [false, 'a hug']);
  assert.equal((await send('DELETE', `${path}/mark`)).status, 202);
  await until(mark, (each) => each === null);
  const other = `/api/events/${encodeURIComponent(event(0).id)}/mark`;
  assert.equal((await send('PUT', other, { isRight: true, by: 'Ada' })).status, 400);
});

test('an unknown person is named, found in past events under the name, and erased with every face', async (t) => {
  const { log, get, json, send } = await served(t);
  introduce(log, 'u1', Buffer.from('crop'));
  write(log, [event(0, { type: 'face-unknown', person: 'u1' })]);
  await until(
    () => json('/api/events?person=u1'),
    ({ items }) => items?.length === 1,
  );
  assert.equal((await get('/api/people/u1/faces/a/crop')).status, 200);
  assert.equal((await send('PUT', '/api/people/u1/name', { name: ' Grace ' })).status, 202);
  await until(
    () => json('/api/events?person=u1'),
    ({ items }) => items?.[0]?.person?.name === 'Grace',
  );
  const { isEnrolled, tracks } = await json('/api/people/u1');
  assert.deepEqual([isEnrolled, tracks], [true, 1]);
  introduce(log, 'u2');
  await until(
    () => get('/api/people/u2'),
    ({ status }) => status === 200,
  );
  // The name of somebody who is there already: the two are one.
  assert.deepEqual(await (await send('PUT', '/api/people/u2/name', { name: 'grace' })).json(), {
    person: 'u1',
    name: 'grace',
  });
  await until(
    () => json('/api/people/u1'),
    ({ aliases }) => aliases?.includes('u2') ?? false,
  );
  const erased = await send('DELETE', '/api/people/u2');
  assert.deepEqual(await erased.json(), { people: 2, faces: 4, events: 1, alarms: 0, pictures: 0 });
  await until(
    () => get('/api/people/u1'),
    ({ status }) => status === 404,
  );
  assert.equal((await get('/api/people/u1/faces/a/crop')).status, 404);
  assert.equal(JSON.stringify(await json('/api/events')).includes('u1'), false);
});

test('a photo is handed over with its name, and one that is refused is explained', async (t) => {
  const log = new FakeLog();
  const openStore = await storeOver(t, log);
  const { url } = await serve(t, {
    log,
    openStore,
    async enroll(name, photo) {
      if (photo[0] !== 0xff) throw fault('FACE_REFUSED', 'the photo shows two faces');
      return { person: 'ada', name: `${name} of ${photo.length} bytes` };
    },
  });
  const hand = (body: Buffer, type = 'image/jpeg', name = 'Ada') =>
    fetch(`${url}/api/people?name=${name}`, { method: 'POST', body, headers: { 'content-type': type } });
  const taken = await hand(jpeg);
  assert.deepEqual([taken.status, await taken.json()], [201, { person: 'ada', name: 'Ada of 7 bytes' }]);
  const refused = await hand(Buffer.from([0]));
  assert.equal(refused.status, 422);
  assert.match(((await refused.json()) as { message: string }).message, /two faces\n {2}Choose a photo/);
  assert.equal((await hand(jpeg, 'text/plain')).status, 415);
  assert.equal((await hand(jpeg, 'image/jpeg', '%20')).status, 400);
});
