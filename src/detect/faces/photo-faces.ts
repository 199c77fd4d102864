import { fault } from '../../base/errors.ts';
import type { FaceAttribute } from '../../topics/face-attribute.ts';
import type { Box, Detection } from '../../topics/result-record.ts';
import type { FindModelOptions } from '../models/find-model.ts';
import { importSharp } from '../picture/import-sharp.ts';
import type { RgbPicture, StepModels } from '../steps/step.ts';
import { chipSize, type FaceChip } from './face-chip.ts';
import { openFaceEmbedder } from './face-embedder.ts';
import { openBlazefaceFinder, openYunetFinder } from './face-finder.ts';
import { describeFace, facesStep } from './faces-step.ts';

/** A face in a photo. */
export interface PhotoFace {
  face: FaceAttribute;
  chip: FaceChip;
}

/** Finds and describes the faces of photos, in this thread. */
export interface PhotoReader {
  /** All faces, largest first. @throws PHOTO_UNREADABLE, INFERENCE_FAILED */
  read(photo: Uint8Array): Promise<PhotoFace[]>;
  close(): Promise<void>;
}

/** A photo is made this large at most: faces that are worth keeping stay large enough. */
const longestEdge = 1280;
const yunetSize = { width: 640, height: 640 };
/** The largest photo that is read, pixels: a few bytes can claim gigabytes. */
const maxPixels = 100e6;

/** @throws MODEL_UNAVAILABLE, MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING */
export async function openPhotoReader(options: FindModelOptions): Promise<PhotoReader> {
  return openReader(await facesStep.findModels(options));
}

async function openReader(models: StepModels): Promise<PhotoReader> {
  const { yunet, blazeface = '', embedder = '' } = models;
  const finder = yunet === undefined ? await openBlazefaceFinder(blazeface) : await openYunetFinder(yunet, yunetSize);
  const net = await openFaceEmbedder(embedder);
  return {
    async read(photo) {
      const picture = await decodePhoto(photo);
      const found = await finder.find(picture, partsOf(picture));
      const faces: PhotoFace[] = [];
      for (const each of found.toSorted((a, b) => b.box.width - a.box.width)) {
        faces.push(await describeFace(picture, each, net));
      }
      return faces;
    },
    async close() {
      await finder.close();
      await net.close();
    },
  };
}

/** The aligned face as a JPEG. */
export async function chipToJpeg(chip: FaceChip): Promise<Buffer> {
  const sharp = await importSharp();
  return sharp(chip, { raw: { width: chipSize, height: chipSize, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** Upright, as its EXIF data says, and in red, green, blue. @throws PHOTO_UNREADABLE */
async function decodePhoto(photo: Uint8Array): Promise<RgbPicture> {
  const sharp = await importSharp();
  try {
    const { data, info } = await sharp(photo, { limitInputPixels: maxPixels })
      .rotate()
      .resize({ width: longestEdge, height: longestEdge, fit: 'inside', withoutEnlargement: true })
      .flatten()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels === 3) return { width: info.width, height: info.height, channels: 3, data };
    throw new TypeError(`it has ${info.channels} channels`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw fault('PHOTO_UNREADABLE', `the photo does not decode: ${reason}`, { cause });
  }
}

/** Where a finder looks that sees little of a large picture: the whole, and each quarter with a half beside it. */
function partsOf({ width, height }: RgbPicture): Detection[] {
  const boxes: Box[] = [{ x: 0, y: 0, width, height }];
  for (const x of [0, width / 3]) {
    for (const y of [0, height / 3]) boxes.push({ x, y, width: (2 * width) / 3, height: (2 * height) / 3 });
  }
  return boxes.map((box) => ({ label: 'part', score: 1, box }));
}
