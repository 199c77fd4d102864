import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gallery } from '../../../src/stage/people/gallery.ts';
import { embeddingLength } from '../../../src/topics/face-attribute.ts';

/** Numbers from −1 to 1 that are the same on every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}

/** An embedding of about the length that dlib's net gives. */
function randomEmbedding(random: () => number, near?: Float32Array): Float32Array {
  const spread = near ? 0.03 : 0.2;
  return Float32Array.from({ length: embeddingLength }, (_, index) => (near?.[index] ?? 0) + spread * random());
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, index) => sum + (value - (b[index] ?? 0)) ** 2, 0));
}

/** Embeddings of persons, several of each, and the same looked through one by one. */
function make({ persons = 300, each = 3, seed = 1 } = {}) {
  const random = randomNumbers(seed);
  const gallery = new Gallery();
  const all: { id: string; embedding: Float32Array }[] = [];
  for (let person = 0; person < persons; person++) {
    const centre = randomEmbedding(random);
    for (let index = 0; index < each; index++) {
      const one = { id: `person ${person}`, embedding: randomEmbedding(random, centre) };
      all.push(one);
      gallery.add(one.id, one.embedding);
    }
  }
  const slowly = (query: Float32Array, most: number, within = Number.POSITIVE_INFINITY) => {
    const best = new Map<string, number>();
    for (const { id, embedding } of all) {
      best.set(id, Math.min(best.get(id) ?? Number.POSITIVE_INFINITY, distance(query, embedding)));
    }
    return [...best]
      .filter(([, found]) => found <= within)
      .sort((a, b) => a[1] - b[1])
      .slice(0, most)
      .map(([id]) => id);
  };
  return { gallery, all, slowly, random };
}

test('the nearest persons are those that a search one by one finds', () => {
  const { gallery, all, slowly, random } = make();
  assert.equal(gallery.size, 900);
  for (let query = 0; query < 101; query++) {
    const near = query % 2 === 0 ? all[(query * 7) % all.length]?.embedding : undefined;
    const embedding = randomEmbedding(random, near);
    for (const most of [1, 5]) {
      const found = gallery.match(embedding, { most });
      assert.deepEqual(
        found.map(({ id }) => id),
        slowly(embedding, most),
      );
      const nearest = all.filter(({ id }) => id === found[0]?.id).map((each) => distance(embedding, each.embedding));
      assert.ok(Math.abs((found[0]?.distance ?? 0) - Math.min(...nearest)) < 1e-6);
    }
    const within = { most: 50, withinDistance: 1.2 };
    assert.deepEqual(
      gallery.match(embedding, within).map(({ id }) => id),
      slowly(embedding, 50, 1.2),
    );
  }
});

test('a person who is removed is found no more, and everybody else is', () => {
  const { gallery, all } = make({ persons: 41 });
  assert.equal(gallery.remove('person 7'), 3);
  assert.equal(gallery.remove('person 7'), 0);
  assert.equal(gallery.size, 120);
  for (const { id, embedding } of all) {
    const [match] = gallery.match(embedding);
    if (id === 'person 7') assert.notEqual(match?.id, id);
    else assert.deepEqual(match, { id, distance: 0 });
  }
});

test('an empty gallery matches nobody, and neither does one of strangers', () => {
  const { random } = make();
  assert.deepEqual(new Gallery().match(randomEmbedding(random)), []);
  const { gallery } = make();
  assert.deepEqual(gallery.match(randomEmbedding(random), { withinDistance: 0.6 }), []);
});

test('it grows beyond its first memory', () => {
  const { gallery, all } = make({ persons: 2001, each: 1 });
  for (const index of [0, 63, 64, 65, 1023, 1024, 2000]) {
    assert.equal(gallery.match(all[index]?.embedding ?? new Float32Array(embeddingLength))[0]?.id, all[index]?.id);
  }
});

test('what is no embedding is refused', () => {
  const gallery = new Gallery();
  assert.throws(() => gallery.add('x', new Float32Array(127)), /has 128 numbers, found 127/);
  assert.throws(() => gallery.add('x', new Float32Array(128).fill(1)), /at most 3 long/);
  assert.throws(() => gallery.match(new Float32Array(128).fill(Number.NaN)), RangeError);
  assert.equal(gallery.size, 0);
});
