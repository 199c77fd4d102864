import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeopleBook } from '../../../src/stage/people/people-book.ts';
import { embeddingLength, encodeEmbedding } from '../../../src/topics/face-attribute.ts';
import {
  decodePeopleRecord,
  encodePerson,
  encodePersonFace,
  eraseFace,
  erasePerson,
  type PeopleEntry,
} from '../../../src/topics/people-record.ts';
import type { Person, PersonFace } from '../../../src/topics/people-schema.ts';
import type { IncomingRecord, OutgoingRecord } from '../../../src/topics/record.ts';

/** An embedding of length 1 in a direction of its own, a little off. */
function embedding(direction: number, off = 0): Float32Array {
  const values = new Float32Array(embeddingLength);
  values[direction] = 1;
  values[100] = off;
  return values;
}

function person(id: string, more: Partial<Person> = {}): Person {
  return { person: id, isEnrolled: true, atUs: 1, ...more };
}

function face(id: string, direction: number, name = 'one'): PersonFace {
  const quality = { eyesPx: 60, sharpness: 0.1, turn: 0.05 };
  return {
    person: id,
    face: name,
    embedding: encodeEmbedding(embedding(direction)),
    quality,
    source: {},
    atUs: 1,
    crop: 'YQ==',
  };
}

function entryOf({ topic, value, key = '', headers }: OutgoingRecord): PeopleEntry | undefined {
  const record: IncomingRecord = {
    topic,
    partition: 0,
    offset: 0n,
    timestampMs: 0,
    key: Buffer.from(key),
    value,
    headers,
  };
  return decodePeopleRecord(record);
}

function bookOf(...records: OutgoingRecord[]) {
  const book = new PeopleBook();
  for (const [offset, record] of records.entries()) book.apply(entryOf(record), BigInt(offset));
  return book;
}

const anna = [encodePerson(person('anna', { name: 'Anna' })), encodePersonFace(face('anna', 1))] as const;
const stranger = [
  encodePerson(person('unknown-1', { isEnrolled: false })),
  encodePersonFace(face('unknown-1', 2)),
] as const;

test('a face is matched with the enrolled or with the unknown, whatever order the records come in', () => {
  for (const records of [[...anna, ...stranger], [...anna, ...stranger].toReversed()]) {
    const book = bookOf(...records);
    assert.equal(book.version, 4);
    assert.equal(book.match(embedding(1, 0.2), 'enrolled')[0]?.person.name, 'Anna');
    assert.deepEqual(book.match(embedding(2), 'enrolled', { withinDistance: 0.6 }), []);
    assert.equal(book.match(embedding(2), 'unknown')[0]?.person.person, 'unknown-1');
  }
});

test('an unknown person who is said to be somebody counts as them at once, and after more such steps', () => {
  const book = bookOf(...anna, ...stranger, encodePerson(person('unknown-1', { isEnrolled: false, sameAs: 'anna' })));
  assert.equal(book.match(embedding(2), 'enrolled')[0]?.person.name, 'Anna');
  assert.equal(book.sizeOf('unknown'), 0);
  assert.equal(book.facesOf('anna').length, 2);
  assert.deepEqual(
    book.persons().map((each) => each.person),
    ['anna'],
  );
  book.apply(entryOf(encodePerson(person('anna', { sameAs: 'anna-b' }))), 9n);
  book.apply(entryOf(encodePerson(person('anna-b', { name: 'Anna B' }))), 10n);
  assert.equal(book.match(embedding(2), 'enrolled')[0]?.person.name, 'Anna B');
  assert.deepEqual(book.idsOf('anna-b').toSorted(), ['anna', 'anna-b', 'unknown-1']);
});

test('persons who are each other are nobody, and nothing hangs', () => {
  const book = bookOf(encodePerson(person('a', { sameAs: 'b' })), encodePerson(person('b', { sameAs: 'a' })));
  assert.equal(book.person('a'), undefined);
});

test('what is erased is neither listed nor found', () => {
  const book = bookOf(...anna, encodePersonFace(face('anna', 3, 'two')), eraseFace({ person: 'anna', face: 'one' }));
  assert.deepEqual(book.match(embedding(1), 'enrolled', { withinDistance: 0.6 }), []);
  assert.equal(book.match(embedding(3), 'enrolled', { withinDistance: 0.6 }).length, 1);
  for (const record of [eraseFace({ person: 'anna', face: 'two' }), erasePerson('anna')])
    book.apply(entryOf(record), 9n);
  assert.deepEqual([book.persons(), book.facesOf('anna'), book.sizeOf('enrolled')], [[], [], 0]);
});

test('what was noted counts at once, and is taken back unless it has been read meanwhile', () => {
  const book = bookOf(...anna);
  const [newcomer, seen] = [person('unknown-2', { isEnrolled: false }), face('unknown-2', 5)];
  book.note(3, { kind: 'person', person: newcomer });
  book.note(3, { kind: 'face', face: seen });
  assert.equal(book.match(embedding(5), 'unknown')[0]?.person.person, 'unknown-2');
  book.apply(entryOf(encodePerson(newcomer)), 7n);
  book.takeBack(3);
  assert.equal(book.person('unknown-2')?.person, 'unknown-2');
  assert.equal(book.sizeOf('unknown'), 0);
  book.note(3, { kind: 'person', person: { ...newcomer, sameAs: 'anna' } });
  assert.equal(book.person('unknown-2')?.name, 'Anna');
  book.takeBack(3);
  assert.deepEqual(book.person('unknown-2'), newcomer);
});

test('a record that is not what its key promises is refused', () => {
  const wrong = { ...encodePerson(person('anna')), key: 'person/bert' };
  assert.throws(() => entryOf(wrong), { code: 'RECORD_INVALID' });
  assert.equal(entryOf({ ...wrong, key: 'something/else' }), undefined);
});
