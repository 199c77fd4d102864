import { filmFrames } from '../../src/capture/film-frames.ts';
import { type Detector, openDetector } from '../../src/detect/inference/detector.ts';
import { type FindModelOptions, findModel } from '../../src/detect/models/find-model.ts';
import { findChain } from '../../src/detect/steps/chain.ts';
import { PeopleBook } from '../../src/stage/people/people-book.ts';
import type { TrackEvent } from '../../src/topics/event-schema.ts';
import { encodeEmbedding, faceOf } from '../../src/topics/face-attribute.ts';
import type { Detection } from '../../src/topics/result-record.ts';
import { emptyScene } from '../../src/topics/scene.ts';
import { CameraTracks } from '../../src/track/camera-tracks.ts';
import { defaultTrackerSettings } from '../../src/track/tracker.ts';
import type { LabelledFace } from './face-photos.ts';

/** One frame of a film with what a detector and its step `faces` said of it. */
export interface SeenFrame {
  frame: number;
  ptsUs: number;
  width: number;
  height: number;
  jpeg: Buffer;
  detections: Detection[];
}

/** A film as a camera of ten frames per second would have published it, and as `vigil detect` would have looked at it. */
export async function seeFilm(path: string, places: FindModelOptions): Promise<SeenFrame[]> {
  const detector = await openFaceDetector(places);
  return seeFilmWith(detector, path).finally(() => detector.close());
}

/** People and their faces. */
export async function openFaceDetector(places: FindModelOptions): Promise<Detector> {
  const [found, chain] = [await findModel('yolox-nano', places), await findChain(['faces'], places)];
  return openDetector({ ...found, labels: ['person'], chain });
}

export async function seeFilmWith(detector: Detector, path: string): Promise<SeenFrame[]> {
  const frames: SeenFrame[] = [];
  for await (const { ptsUs, ...picture } of filmFrames(path, { fps: 10, width: 1280, quality: 80 })) {
    const { detections } = await detector.look(picture);
    frames.push({ frame: frames.length, ptsUs, ...picture, detections });
  }
  return frames;
}

/** What is told of faces in a film in which these people are enrolled. */
export function tellFilm(frames: readonly SeenFrame[], enrolled: readonly LabelledFace[], name: string) {
  const book = bookOf(enrolled);
  const options = { camera: 'film', detector: 'people@1', scene: emptyScene, settings: defaultTrackerSettings };
  const tracks = new CameraTracks({ ...options, people: { book, owner: 0 } });
  tracks.beginSession(name);
  const events: TrackEvent[] = [];
  for (const { frame, ptsUs, width, height, detections } of frames) {
    const header = { camera: 'film', session: name, frame, ptsUs, capturedAtUs: ptsUs, width, height };
    events.push(...tracks.see({ frame: header, detections, ref: `processed_images/0/${frame}` }));
  }
  events.push(...tracks.endSession());
  return events.filter(({ type }) => type === 'face-known' || type === 'face-unknown');
}

/** Faces that are good enough to be compared. */
export function comparableFaces(frames: readonly SeenFrame[]): number {
  return frames.reduce((sum, { detections }) => sum + detections.filter((each) => faceOf(each)?.embedding).length, 0);
}

/** Of the faces that were found on people, those that were good enough. */
export function describedShare(frames: readonly SeenFrame[]): number {
  const faces = frames.flatMap(({ detections }) => detections.flatMap((each) => faceOf(each) ?? []));
  return faces.filter(({ embedding }) => embedding).length / faces.length;
}

/** A gallery of these faces. */
export function bookOf(enrolled: readonly LabelledFace[]): PeopleBook {
  const book = new PeopleBook();
  const quality = { eyesPx: 60, sharpness: 0.1, turn: 0 };
  for (const [index, { name: person = '', embedding }] of enrolled.entries()) {
    book.apply({ kind: 'person', person: { person, name: person, isEnrolled: true, atUs: 0 } }, BigInt(2 * index));
    const face = { person, face: String(index), embedding: encodeEmbedding(embedding), quality, source: {}, atUs: 0 };
    book.apply({ kind: 'face', face }, BigInt(2 * index + 1));
  }
  return book;
}
