import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeopleBook } from '../../../src/stage/people/people-book.ts';
import { embeddingLength, encodeEmbedding, type FaceAttribute } from '../../../src/topics/face-attribute.ts';
import type { OutgoingRecord } from '../../../src/topics/record.ts';
import { type FaceNews, FaceWatch } from '../../../src/track/faces/face-watch.ts';

const quality = { eyesPx: 60, sharpness: 0.1, turn: 0.05 };

/** A unit vector in a direction of its own, `off` away from it. */
function embedding(direction: number, off = 0): string {
  const values = new Float32Array(embeddingLength);
  values[direction] = 1;
  values[100] = off;
  return encodeEmbedding(values);
}

function faceOf(direction: number, off = 0): FaceAttribute {
  const box = { x: 0, y: 0, width: 10, height: 10 };
  return { box, score: 0.9, points: {}, quality, embedding: embedding(direction, off) };
}

function bookWith(...persons: string[]): PeopleBook {
  const book = new PeopleBook();
  for (const [direction, person] of persons.entries()) {
    const atUs = 0;
    book.apply({ kind: 'person', person: { person, name: person.toUpperCase(), isEnrolled: true, atUs } }, 0n);
    const face = { person, face: 'a', embedding: embedding(direction), quality, source: {}, atUs };
    book.apply({ kind: 'face', face }, 6n);
  }
  return book;
}

/** Shows a track one face after the other. */
function show(watch: FaceWatch, track: string, faces: readonly FaceAttribute[], mayTell = true): FaceNews[] {
  return faces.flatMap((face, atUs) => watch.see({ track, frame: `${track}@${atUs}`, atUs, face }, mayTell) ?? []);
}

function keysOf(records: readonly OutgoingRecord[]): string[] {
  return records.map(({ key = '', isTombstone }) => (isTombstone ? `-${key}` : key));
}

test('a person is named once three faces of the track agree, and once only', () => {
  const watch = new FaceWatch(bookWith('anna', 'bert'), 0);
  assert.deepEqual(show(watch, 't', [faceOf(0, 0.2), faceOf(0, 0.3)]), []);
  const [news, ...more] = show(
    watch,
    't',
    Array.from({ length: 5 }, () => faceOf(0, 0.1)),
  );
  assert.deepEqual(
    [news?.type, news?.person.name, news?.sightings, news?.agreeing, news?.gallery],
    ['face-known', 'ANNA', 3, 3, 7],
  );
  assert.ok(news?.distance !== undefined && Math.abs(news.distance - 0.2) < 0.01, 'of the mean');
  assert.deepEqual([more, watch.takeRecords()], [[], []]);
});

test('one bad frame names nobody, and does not keep a person from being named', () => {
  const watch = new FaceWatch(bookWith('anna', 'bert'), 0);
  const news = show(watch, 't', [faceOf(1), ...Array.from({ length: 7 }, () => faceOf(0))]);
  assert.deepEqual(
    news.map(({ person }) => person.person),
    ['anna'],
  );
});

test('faces that are neither clearly somebody nor clearly nobody say nothing', () => {
  const watch = new FaceWatch(bookWith('anna'), 0);
  assert.deepEqual(
    show(
      watch,
      't',
      Array.from({ length: 9 }, () => faceOf(0, 0.565)),
    ),
    [],
  );
});

test('a stranger gets an id that comes from the track, and has it in later tracks too', () => {
  const [first, again] = [0, 1].map(() => {
    const watch = new FaceWatch(bookWith('anna'), 0);
    return {
      news: show(
        watch,
        'yard/s/17.0',
        Array.from({ length: 9 }, () => faceOf(5)),
      ),
      records: watch.takeRecords(),
      watch,
    };
  });
  assert.ok(first && again);
  assert.deepEqual(first.news, again.news, 'a replay gives the same');
  const [news] = first.news;
  assert.match(news?.person.person ?? '', /^unknown-[0-9a-f]{8}$/);
  assert.deepEqual([news?.type, news?.isNew, news?.sightings, first.news.length], ['face-unknown', true, 5, 1]);
  assert.deepEqual(keysOf(first.records)[0], `person/${news?.person.person}`);
  assert.equal(first.records.length, 2);
  const later = show(
    first.watch,
    'yard/s/99.0',
    Array.from({ length: 9 }, () => faceOf(5, 0.3)),
  );
  assert.deepEqual(
    later.map(({ person, isNew }) => [person.person, isNew]),
    [[news?.person.person, false]],
  );
  assert.deepEqual(keysOf(first.watch.takeRecords()), [], 'nothing new about them');
});

test('what is not written is taken back, and the stranger is written again by whoever goes on', () => {
  const book = bookWith('anna');
  const faces = Array.from({ length: 5 }, () => faceOf(5));
  const before = new FaceWatch(book, 3);
  const [news] = show(before, 't', faces);
  book.takeBack(3);
  const after = new FaceWatch(book, 3);
  assert.deepEqual(show(after, 't', faces), [news]);
  assert.equal(after.takeRecords().length, 2);
});

test('a stranger who turns out to be somebody is made the same as them, without a face of their own', () => {
  const book = bookWith('anna');
  const watch = new FaceWatch(book, 0);
  const [stranger] = show(
    watch,
    't',
    Array.from({ length: 5 }, () => faceOf(0, 0.7)),
  );
  assert.equal(stranger?.type, 'face-unknown');
  watch.takeRecords();
  const [known] = show(
    watch,
    't',
    Array.from({ length: 20 }, () => faceOf(0)),
  );
  assert.equal(known?.person.person, 'anna');
  const id = stranger.person.person;
  assert.equal(keysOf(watch.takeRecords()).join(), `-face/${id}/${id.slice(8)},person/${id}`);
  assert.equal(book.person(id)?.person, 'anna');
  assert.equal(book.sizeOf('unknown') + book.sizeOf('enrolled'), 1);
});

test('a track that may be noise gathers evidence and tells nothing; a restart goes on with it', () => {
  const book = bookWith('anna');
  const watch = new FaceWatch(book, 0);
  assert.deepEqual(
    show(
      watch,
      't',
      Array.from({ length: 4 }, () => faceOf(0)),
      false,
    ),
    [],
  );
  const state = JSON.parse(JSON.stringify(watch.state()));
  assert.equal(show(new FaceWatch(book, 0, state), 't', [faceOf(0)])[0]?.person.person, 'anna');
  watch.keep(new Set());
  assert.deepEqual(watch.state(), {});
});

test('whoever is erased meanwhile is told of no more', () => {
  const book = bookWith('anna');
  const watch = new FaceWatch(book, 0);
  assert.equal(show(watch, 't', [faceOf(0), faceOf(0), faceOf(0)]).length, 1);
  book.apply({ kind: 'erased-face', person: 'anna', face: 'a' }, 7n);
  book.apply({ kind: 'erased-person', person: 'anna' }, 8n);
  const news = show(
    watch,
    't',
    Array.from({ length: 40 }, () => faceOf(0)),
  );
  assert.deepEqual(
    news.map(({ type }) => type),
    ['face-unknown'],
  );
});
