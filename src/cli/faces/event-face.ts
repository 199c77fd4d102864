import { RawFetcher } from '../../audit/raw-fetcher.ts';
import { fault } from '../../base/errors.ts';
import { faceToEnroll } from '../../detect/faces/enrollment-gate.ts';
import type { PhotoReader } from '../../detect/faces/photo-faces.ts';
import type { NewFace } from '../../stage/people/edit-people.ts';
import { readToEnd } from '../../stage/read-to-end.ts';
import { decodeEvent } from '../../topics/event-record.ts';
import type { TrackEvent } from '../../topics/event-schema.ts';
import type { Box } from '../../topics/result-record.ts';
import { topicNames } from '../../topics/topic-names.ts';
import { clientId } from '../commands/client-options.ts';
import { fetchPicture } from '../compare/read-results.ts';
import { facesOf, toNewFace } from './read-photos.ts';

/** The face that an event shows, from the frame in which it happened. @throws USAGE, FACE_REFUSED */
export async function faceOfEvent(reader: PhotoReader, brokers: string[], id: string): Promise<NewFace> {
  const event = await findEvent(brokers, id);
  const ref = event.evidenceRefs?.at(-1);
  const jpeg = ref === undefined ? undefined : await pictureAt(brokers, ref);
  if (!jpeg || jpeg.length === 0) {
    throw fault('FACE_REFUSED', `${id}: the log does not hold the frame any more, or results do not carry it`, {
      next: 'Enrol from a photo.',
    });
  }
  const place = event.face?.box ?? event.box;
  const faces = (await facesOf(reader, jpeg, id)).filter(({ face }) => isWithin(face.box, place));
  const source = { frame: event.evidence.at(-1) ?? '', track: event.track };
  return toNewFace(faceToEnroll(faces, id), source);
}

async function findEvent(brokers: string[], id: string): Promise<TrackEvent> {
  let found: TrackEvent | undefined;
  await readToEnd({ brokers, clientId, topic: topicNames.events, from: 'beginning' }, (record) => {
    if (record.headers.get('ce_id') === id) found = decodeEvent(record);
  });
  if (found) return found;
  throw fault('USAGE', `There is no event "${id}"`, { next: '`vigil consume events` shows those that there are.' });
}

async function pictureAt(brokers: string[], ref: string): Promise<Buffer | undefined> {
  const fetcher = new RawFetcher(brokers, clientId);
  return fetchPicture(fetcher, ref).finally(() => fetcher.close());
}

/** Whether the middle of a face is in a box. */
function isWithin(face: Box, box: Box): boolean {
  const [x, y] = [face.x + face.width / 2 - box.x, face.y + face.height / 2 - box.y];
  return x >= 0 && y >= 0 && x <= box.width && y <= box.height;
}
