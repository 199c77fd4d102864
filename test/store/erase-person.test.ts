import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAlarms } from '../../src/store/alarm-queries.ts';
import { tracesOf } from '../../src/store/erase-person.ts';
import { findEventPicture, findEvents } from '../../src/store/event-queries.ts';
import { openStore } from '../../src/store/open-store.ts';
import { findPerson } from '../../src/store/people-queries.ts';
import { storeAlarms } from '../../src/store/store-alarms.ts';
import { storeEvents } from '../../src/store/store-events.ts';
import { storePeople } from '../../src/store/store-people.ts';
import type { Alarm } from '../../src/topics/alarm-schema.ts';
import { event } from './events.ts';

const seen = event(1, { type: 'face-known', person: 'ada', name: 'Ada Byron', evidenceRefs: ['processed_images/0/1'] });

function alarm(id: string, person: string, name: string, frame: string): Alarm {
  return {
    id,
    level: 0,
    rule: 'door',
    severity: 'warning',
    message: `door: ${name} in door (yard)`,
    camera: 'yard',
    session: 's1',
    what: 'zone-entered',
    subject: { track: seen.track, label: 'person', identity: 'known', person, name },
    evidence: [{ event: seen.id, frame, ref: 'processed_images/0/2' }],
    suppressed: 0,
    notify: [],
    late: false,
    times: { capturedAtUs: seen.atUs, eventAtUs: seen.atUs, raisedAtUs: seen.atUs },
  };
}

test('whoever is erased is gone from events, alarms and their pictures, and all else stays', async () => {
  const store = await openStore(':memory:');
  for (const [person, name] of [
    ['ada', 'Ada Byron'],
    ['grace', 'Grace'],
  ] as const) {
    await storePeople(store, [{ kind: 'person', person: { person, name, isEnrolled: true, atUs: 1 } }]);
  }
  await storeEvents(store, [seen], 1);
  await storeAlarms(store, [
    { kind: 'alarm', alarm: alarm('door-1', 'ada', 'Ada Byron', 'yard/s1/5') },
    { kind: 'alarm', alarm: alarm('door-2', 'grace', 'Grace', 'yard/s1/6') },
  ]);
  await store
    .updateTable('pictures')
    .set({ state: 'kept', jpeg: Buffer.from('jpeg'), size_bytes: 4 })
    .execute();

  assert.deepEqual(await tracesOf(store, ['ada']), { events: 1, alarms: 1, pictures: 2 });
  await storePeople(store, [{ kind: 'erased-person', person: 'ada' }]);

  assert.deepEqual(await tracesOf(store, ['ada']), { events: 0, alarms: 0, pictures: 0 });
  const alarms = (await findAlarms(store, { limit: 9 })).items;
  const events = (await findEvents(store, { limit: 9 })).items;
  assert.doesNotMatch(JSON.stringify([alarms, events]), /ada/i);
  await storeAlarms(store, [
    { kind: 'alarm', alarm: { ...alarm('door-1', 'ada', 'Ada Byron', 'yard/s1/5'), level: 1 } },
  ]);
  assert.doesNotMatch(JSON.stringify(await findAlarms(store, { limit: 9 })), /ada/i, 'escalated later');
  const erased = alarms.find((each) => each.alarm.id === 'door-1');
  assert.equal(erased?.alarm.message, 'door: known person in door (yard)');
  assert.deepEqual([erased?.picture, events.length], ['erased', 1]);
  const other = alarms.find((each) => each.alarm.id === 'door-2');
  assert.deepEqual([other?.alarm.subject.name, other?.picture], ['Grace', 'kept']);
  await store.destroy();
});

test('whoever has no photo is shown by the largest face of the pictures that are kept, until they are erased', async () => {
  const store = await openStore(':memory:');
  await storePeople(store, [{ kind: 'person', person: { person: 'unknown-1', isEnrolled: false, atUs: 1 } }]);
  const sightings = [20, 60, 40, 90].map((width, n) =>
    event(3 * n, {
      type: 'face-unknown',
      person: 'unknown-1',
      evidenceRefs: [`processed_images/0/${n}`],
      face: { box: { x: 5, y: 6, width, height: width }, sightings: 5, agreeing: 5, threshold: 0.55, gallery: 0 },
    }),
  );
  await storeEvents(store, sightings, 1);
  const portrait = async () => (await findPerson(store, 'unknown-1'))?.portrait;
  assert.equal(await portrait(), null, 'nothing is kept yet');
  const kept = { state: 'kept', jpeg: Buffer.from('jpeg'), size_bytes: 4 } as const;
  await store.updateTable('pictures').set(kept).execute();
  const largest = sightings[3]?.evidence[0] ?? '';
  await store.updateTable('pictures').set({ state: 'expired', jpeg: null }).where('frame', '=', largest).execute();
  assert.deepEqual(await portrait(), { event: sightings[1]?.id, box: { x: 5, y: 6, width: 60, height: 60 } });
  assert.equal((await tracesOf(store, ['unknown-1'])).pictures, 3);
  await storePeople(store, [{ kind: 'erased-person', person: 'unknown-1' }]);
  assert.equal(await findEventPicture(store, { id: sightings[1]?.id ?? '' }), undefined);
  await store.destroy();
});
