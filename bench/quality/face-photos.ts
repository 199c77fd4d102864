import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { PhotoReader } from '../../src/detect/faces/photo-faces.ts';
import { decodeEmbedding, type FaceAttribute } from '../../src/topics/face-attribute.ts';
import { footage } from '../lib/material.ts';

/** A face with whose it is, told by eye. */
export interface LabelledFace {
  photo: string;
  /** Faces of one shot are never compared: they are the same picture, cut in another way. */
  shot: string;
  /** Left out: somebody of a group, of whom is known only that they are none of the others in it, nor anybody with a name. */
  name?: string;
  embedding: Float32Array;
  /** As it was found in the photo. */
  face: FaceAttribute;
}

/** The named people of each photo from left to right; others in it, which are smaller, do not count. */
const named: Readonly<Record<string, { names: string[]; shot?: string }>> = {
  'examples_alex-lacamoire.png': { names: ['lacamoire'] },
  'examples_biden.jpg': { names: ['biden'], shot: 'blue-room' },
  'examples_knn_examples_test_alex_lacamoire1.jpg': { names: ['lacamoire'] },
  'examples_knn_examples_test_johnsnow_test1.jpg': { names: ['harington'] },
  'examples_knn_examples_test_kit_with_rose.jpg': { names: ['leslie', 'harington'] },
  'examples_knn_examples_test_obama1.jpg': { names: ['obama'] },
  'examples_knn_examples_test_obama_and_biden.jpg': { names: ['biden', 'obama'] },
  'examples_knn_examples_train_alex_lacamoire_img1.jpg': { names: ['lacamoire'] },
  'examples_knn_examples_train_biden_biden2.jpg': { names: ['biden'] },
  'examples_knn_examples_train_rose_leslie_img1.jpg': { names: ['leslie'] },
  'examples_knn_examples_train_rose_leslie_img2.jpg': { names: ['leslie'] },
  'examples_lin-manuel-miranda.png': { names: ['miranda'] },
  'examples_obama.jpg': { names: ['obama'], shot: 'portrait' },
  'examples_obama2.jpg': { names: ['obama'] },
  'examples_two_people.jpg': { names: ['obama', 'biden'], shot: 'blue-room' },
  'tests_test_images_obama3.jpg': { names: ['obama'], shot: 'blue-room' },
};

/** Reads all labelled photos. @returns also those in which somebody was not found */
export async function readLabelledFaces(reader: PhotoReader) {
  const faces: LabelledFace[] = [];
  const missed: string[] = [];
  for (const [photo, { names, shot = photo }] of Object.entries(named)) {
    const found = (await embeddingsOf(reader, footage(`faces/photos/${photo}`))).slice(0, names.length);
    if (found.length < names.length) missed.push(photo);
    else
      for (const [at, each] of found.toSorted((a, b) => a.x - b.x).entries())
        faces.push({ photo, shot, name: names[at] ?? '', ...each });
  }
  for (const photo of filesBelow('faces/crops')) {
    const [first] = await embeddingsOf(reader, photo);
    const name = basename(dirname(photo));
    if (first) faces.push({ photo: basename(photo), shot: photo, name, ...first });
    else missed.push(basename(photo));
  }
  for (const photo of filesBelow('faces/groups')) {
    for (const each of await embeddingsOf(reader, photo)) faces.push({ photo: basename(photo), shot: photo, ...each });
  }
  return { faces, missed };
}

function filesBelow(folder: string): string[] {
  const path = footage(folder);
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jpg'))
    .toSorted()
    .map((name) => join(path, name));
}

async function embeddingsOf(reader: PhotoReader, path: string) {
  const found = await reader.read(readFileSync(path));
  return found.flatMap(({ face }) => {
    const embedding = decodeEmbedding(face.embedding ?? '');
    return embedding ? [{ x: face.box.x, embedding, face }] : [];
  });
}
