// How long does it take to find a face among 100,000 embeddings? The plain loop that lost is measured beside it.
//
//   node bench/face-matching.ts
import { Gallery } from '../src/stage/people/gallery.ts';
import { embeddingLength } from '../src/topics/face-attribute.ts';
import { report } from './lib/results.ts';

const size = 100_000;
const queries = 41;
/** Two of them are as far apart as faces of two people are for dlib's net: 0.75 on average. */
const spread = 0.081;

function randomEmbedding(): Float32Array {
  return Float32Array.from({ length: embeddingLength }, () => spread * (2 * Math.random() - 1));
}

const all = Array.from({ length: size }, randomEmbedding);
const gallery = new Gallery();
for (const [index, embedding] of all.entries()) gallery.add(`person ${index}`, embedding);

function plainly(query: Float32Array): number {
  let best = Number.POSITIVE_INFINITY;
  for (const embedding of all) {
    let sum = 0;
    for (let index = 0; index < embeddingLength; index++) sum += ((query[index] ?? 0) - (embedding[index] ?? 0)) ** 2;
    if (sum < best) best = sum;
  }
  return Math.sqrt(best);
}

function times(work: (query: Float32Array) => unknown): number[] {
  const asked = Array.from({ length: queries + 3 }, randomEmbedding);
  const took = asked.map((query) => {
    const startedMs = performance.now();
    work(query);
    return performance.now() - startedMs;
  });
  // The first ones warm up.
  return took.slice(3);
}

report('face-matching', 'How long does it take to find a face among 100,000 embeddings?', [
  {
    what: 'the gallery, within 0.6',
    unit: 'ms',
    values: times((query) => gallery.match(query, { withinDistance: 0.6 })),
    wanted: 'under 5',
  },
  {
    what: 'the gallery, the nearest five at any distance',
    unit: 'ms',
    values: times((query) => gallery.match(query, { most: 5 })),
  },
  { what: 'one by one in JavaScript', unit: 'ms', values: times(plainly) },
]);
