import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identifyFaces } from '../../../src/detect/answers/identify-face.ts';
import { PeopleBook } from '../../../src/stage/people/people-book.ts';
import { embeddingLength, encodeEmbedding } from '../../../src/topics/face-attribute.ts';
import type { PeopleEntry } from '../../../src/topics/people-record.ts';

const box = { x: 4, y: 5, width: 30, height: 40 };
const quality = { eyesPx: 30, sharpness: 1, turn: 0 };
const placed = { score: 0.9, box };

/** Whoever lies at `at` on the first axis; distances are differences of it. */
function embedding(at: number): string {
  const values = new Float32Array(embeddingLength);
  values[0] = at;
  return encodeEmbedding(values);
}

function people(): PeopleBook {
  const book = new PeopleBook();
  const face = { face: 'f', quality, source: {}, atUs: 1 };
  const entries: PeopleEntry[] = [
    { kind: 'person', person: { person: 'p1', name: 'Anna', isEnrolled: true, atUs: 1 } },
    { kind: 'face', face: { ...face, person: 'p1', embedding: embedding(0) } },
    { kind: 'person', person: { person: 'unknown-1', isEnrolled: false, atUs: 1 } },
    { kind: 'face', face: { ...face, person: 'unknown-1', embedding: embedding(1.5) } },
  ];
  for (const [offset, entry] of entries.entries()) book.apply(entry, BigInt(offset));
  return book;
}

function seen(...embeddings: (string | undefined)[]) {
  const detections = embeddings.map((each) => ({
    label: 'person',
    score: 0.8,
    box: { x: 0, y: 0, width: 60, height: 160 },
    attributes: { face: { ...placed, points: {}, quality, ...(each === undefined ? {} : { embedding: each }) } },
  }));
  const faceless = { label: 'person', score: 0.7, box };
  return { width: 320, height: 240, sight: { inferenceUs: 1, detections: [...detections, faceless] } };
}

test('each face is somebody known, a stranger with or without an id, undecided, or not to be compared', () => {
  const answer = identifyFaces(
    seen(embedding(0.5), embedding(0.57), embedding(1.7), embedding(-2), undefined),
    people(),
  );
  assert.deepEqual(answer, {
    width: 320,
    height: 240,
    gallery: people().version,
    faces: [
      { ...placed, verdict: 'known', person: 'p1', name: 'Anna', distance: 0.5 },
      { ...placed, verdict: 'undecided', distance: 0.57 },
      { ...placed, verdict: 'unknown', person: 'unknown-1', distance: 0.2 },
      { ...placed, verdict: 'unknown' },
      { ...placed, verdict: 'unclear' },
    ],
  });
});

test('without anybody enrolled everybody is unknown', () => {
  assert.deepEqual(identifyFaces(seen(embedding(0)), new PeopleBook()).faces, [{ ...placed, verdict: 'unknown' }]);
});
