import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enrollment, erasure, findPerson, merging, naming } from '../../../src/stage/people/edit-people.ts';
import { PeopleBook } from '../../../src/stage/people/people-book.ts';
import { embeddingLength, encodeEmbedding } from '../../../src/topics/face-attribute.ts';
import { decodePeopleRecord } from '../../../src/topics/people-record.ts';
import type { OutgoingRecord } from '../../../src/topics/record.ts';

function face(direction: number) {
  const values = new Float32Array(embeddingLength);
  values[direction] = 1;
  return {
    embedding: encodeEmbedding(values),
    quality: { eyesPx: 60, sharpness: 0.1, turn: 0 },
    source: {},
    crop: 'YQ==',
  };
}

/** As if the records had been written and read back. */
function read(book: PeopleBook, records: readonly OutgoingRecord[]): void {
  for (const { topic, key = '', value, headers } of records) {
    const offset = BigInt(book.version);
    const record = { topic, partition: 0, offset, timestampMs: 0, key: Buffer.from(key), value, headers };
    book.apply(decodePeopleRecord(record), offset);
  }
}

function bookWith(...names: string[]): PeopleBook {
  const book = new PeopleBook({ crops: true });
  for (const [direction, name] of names.entries()) read(book, enrollment(book, name, [face(direction)], 1).records);
  return book;
}

test('a name is the same person whatever its case, and a face enrolled again is one face', () => {
  const book = bookWith('Änne Köhler', 'änne köhler');
  assert.deepEqual(
    book.persons().map(({ person }) => person),
    ['anne-kohler'],
  );
  read(book, enrollment(book, 'Änne Köhler', [face(0)], 2).records);
  assert.equal(book.facesOf('anne-kohler').length, 2);
});

test('names that look alike in an id, or leave nothing for one, are people of their own', () => {
  const book = bookWith('Anne', 'Änne', '李', '王');
  assert.equal(new Set(book.persons().map(({ person }) => person)).size, 4);
});

test('an unknown person who is named keeps the id, or becomes somebody who is there', () => {
  const book = bookWith('Anna');
  for (const id of ['unknown-1', 'unknown-2'])
    book.apply({ kind: 'person', person: { person: id, isEnrolled: false, atUs: 1 } }, 9n);
  read(book, naming(book, findPerson(book, 'unknown-1'), ' Bert ', 2).records);
  read(book, naming(book, findPerson(book, 'unknown-2'), 'anna', 2).records);
  assert.deepEqual([book.person('unknown-1')?.name, book.person('unknown-2')?.name], ['Bert', 'Anna']);
  assert.equal(findPerson(book, 'bert').person, 'unknown-1');
});

test('merged people are erased together, and nothing of them is left', () => {
  const book = bookWith('Anna', 'Bert', 'Carl');
  read(book, merging(findPerson(book, 'bert'), findPerson(book, 'anna'), 2).records);
  assert.throws(() => merging(findPerson(book, 'bert'), findPerson(book, 'anna'), 2), { code: 'USAGE' });
  const { ids, embeddings, crops, records } = erasure(book, findPerson(book, 'Anna'));
  assert.deepEqual([ids.toSorted(), embeddings, crops], [['anna', 'bert'], 2, 2]);
  read(book, records);
  assert.deepEqual(
    book.persons().map(({ name }) => name),
    ['Carl'],
  );
  assert.equal(book.sizeOf('enrolled') + book.sizeOf('unknown'), 1);
  assert.throws(() => findPerson(book, 'Crl'), { code: 'PERSON_UNKNOWN', next: 'Did you mean "Carl"?' });
});
