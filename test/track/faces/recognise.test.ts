import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeopleBook } from '../../../src/stage/people/people-book.ts';
import { decodeEvent } from '../../../src/topics/event-record.ts';
import { embeddingLength, encodeEmbedding } from '../../../src/topics/face-attribute.ts';
import { decodePeopleRecord } from '../../../src/topics/people-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../../../src/topics/record.ts';
import { emptyScene } from '../../../src/topics/scene.ts';
import { TrackDesk } from '../../../src/track/track-desk.ts';
import { decodeTrackState } from '../../../src/track/track-state.ts';
import { defaultTrackerSettings } from '../../../src/track/tracker.ts';
import { walkResults } from '../walk-results.ts';

const quality = { eyesPx: 60, sharpness: 0.1, turn: 0.05 };

function embedding(direction: number): string {
  const values = new Float32Array(embeddingLength);
  values[direction] = 1;
  return encodeEmbedding(values);
}

/** A walk of two people: the first has the face of direction 0, the second that of direction 1. */
function walkWithFaces(session: string): IncomingRecord[] {
  return walkResults({ camera: 'yard', session, frames: 30, partitions: 1 }).map((record) => {
    const detections = JSON.parse(record.headers.get('detections') ?? '[]').map((each: object, direction: number) => {
      const box = { x: 0, y: 0, width: 9, height: 9 };
      return {
        ...each,
        attributes: { face: { box, score: 0.9, points: {}, quality, embedding: embedding(direction) } },
      };
    });
    return { ...record, headers: new Map([...record.headers, ['detections', JSON.stringify(detections)]]) };
  });
}

function bookWithAnna(): PeopleBook {
  const [book, person] = [new PeopleBook(), 'anna'];
  book.apply({ kind: 'person', person: { person, name: 'Anna', isEnrolled: true, atUs: 0 } }, 0n);
  book.apply({ kind: 'face', face: { person, face: 'a', embedding: embedding(0), quality, source: {}, atUs: 0 } }, 1n);
  return book;
}

function deskWith(people: PeopleBook): TrackDesk {
  const settings = { scenes: { yard: emptyScene }, settings: defaultTrackerSettings, onGap: () => {} };
  return new TrackDesk({ follow: { yard: 'people@1' }, delivery: () => 'exactly-once', people, ...settings });
}

function work(desk: TrackDesk, records: readonly IncomingRecord[]): OutgoingRecord[] {
  for (const record of records) desk.add(record);
  const ends = [BigInt(Number(records.at(-1)?.offset) + 1)];
  for (const { detector, ticket } of desk.wantingProgress()) desk.advance(detector, { ticket, ends, processed: ends });
  return desk.take().flatMap((each) => each.records);
}

function incoming(record: OutgoingRecord): IncomingRecord {
  return { ...record, partition: 0, offset: 0n, timestampMs: 0, key: Buffer.from(record.key ?? '') };
}

function facesIn(records: readonly OutgoingRecord[]) {
  return records
    .filter(({ topic }) => topic === 'events')
    .map((record) => decodeEvent(incoming(record)))
    .filter(({ type }) => type.startsWith('face-'))
    .map(({ type, name, person, isNew, frame }) => ({ type, name, person, isNew, frame }));
}

test('of two who walk by one is named and one becomes a stranger, who is written beside the event', () => {
  const records = work(deskWith(bookWithAnna()), walkWithFaces('s1'));
  const [anna, stranger, ...others] = facesIn(records);
  assert.deepEqual(anna, { type: 'face-known', name: 'Anna', person: 'anna', isNew: undefined, frame: 2 });
  assert.deepEqual([stranger?.type, stranger?.isNew, stranger?.frame, others], ['face-unknown', true, 4, []]);
  const written = records
    .filter(({ topic }) => topic === 'people')
    .map((record) => decodePeopleRecord(incoming(record)));
  assert.deepEqual(
    written.map((entry) => [entry?.kind, entry?.kind === 'person' ? entry.person.person : undefined]),
    [
      ['person', stranger?.person],
      ['face', undefined],
    ],
  );
});

test('a stage that goes on from the state of another says nothing twice, and one that lost its work says it again', () => {
  const [book, results] = [bookWithAnna(), walkWithFaces('s1')];
  const first = deskWith(book);
  const made = work(first, results.slice(0, 10));
  const state = made.filter(({ topic }) => topic === 'track_state').at(-1);
  assert.ok(state);
  const second = deskWith(book);
  second.restore(decodeTrackState(incoming(state)));
  assert.deepEqual(facesIn(work(second, results.slice(10))), []);
  first.forget(0);
  assert.equal(book.sizeOf('unknown'), 0, 'the stranger was not written');
  assert.deepEqual(facesIn(work(deskWith(book), results.slice(0, 10))), facesIn(made));
});
