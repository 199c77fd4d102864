import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { cacheDirectory } from '../../base/cache-directory.ts';
import { fault, systemErrorCode } from '../../base/errors.ts';
import { createLogger } from '../../base/logger.ts';
import { chipToJpeg, openPhotoReader, type PhotoFace, type PhotoReader } from '../../detect/faces/photo-faces.ts';
import type { NewFace } from '../../stage/people/edit-people.ts';

/** Opens a reader of photos for as long as the work takes. @throws what opening the models throws */
export async function withPhotoReader<T>(work: (reader: PhotoReader) => Promise<T>): Promise<T> {
  const reader = await openPhotoReader({ cacheDir: cacheDirectory(), logger: createLogger('faces') });
  return work(reader).finally(() => reader.close());
}

/** @throws PHOTO_UNREADABLE */
export async function readPhoto(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw fault('PHOTO_UNREADABLE', `${path} cannot be read (${systemErrorCode(cause) ?? 'unknown reason'})`, {
      cause,
    });
  }
}

/** The face that one photo shows, fit to be enrolled. @throws PHOTO_UNREADABLE, FACE_REFUSED */
export async function faceOfPhoto(reader: PhotoReader, photo: Uint8Array, name: string): Promise<NewFace> {
  const { faceToEnroll } = await import('../../detect/faces/enrollment-gate.ts');
  return toNewFace(faceToEnroll(await facesOf(reader, photo, name), basename(name)), { photo: basename(name) });
}

/** All faces of a photo, largest first. @throws PHOTO_UNREADABLE naming it */
export async function facesOf(reader: PhotoReader, photo: Uint8Array, name: string): Promise<PhotoFace[]> {
  return reader.read(photo).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('PHOTO_UNREADABLE', `${basename(name)}: ${reason}`, { cause });
  });
}

export async function toNewFace(
  { face, chip, embedding }: PhotoFace & { embedding: string },
  source: NewFace['source'],
): Promise<NewFace> {
  const crop = (await chipToJpeg(chip)).toString('base64');
  return { embedding, quality: face.quality, source, crop };
}
