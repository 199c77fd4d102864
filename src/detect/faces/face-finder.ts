import type { FacePoint, FacePoints } from '../../topics/face-attribute.ts';
import type { Box, Detection } from '../../topics/result-record.ts';
import type { RawBox } from '../decoders/decoder.ts';
import { suppressOverlaps } from '../decoders/suppress-overlaps.ts';
import { openModelRunner } from '../inference/model-runner.ts';
import { blazeface } from '../models/blazeface.ts';
import type { ModelManifest } from '../models/manifest.ts';
import { yunet } from '../models/yunet.ts';
import { type Placement, placeFrame } from '../picture/placement.ts';
import type { RgbPicture } from '../steps/step.ts';
import { upperPart } from './person-crop.ts';

/** A face as it was found, in frame pixels. */
export interface FoundFace {
  box: Box;
  /** 0..1 */
  score: number;
  points: FacePoints;
}

/** Finds faces in a frame, highest score first. */
export interface FaceFinder {
  /** @param persons where a finder that cannot look at everything looks. @throws INFERENCE_FAILED */
  find(picture: RgbPicture, persons: readonly Detection[]): Promise<FoundFace[]>;
  close(): Promise<void>;
}

const yunetPoints: readonly FacePoint[] = ['rightEye', 'leftEye', 'nose', 'rightMouth', 'leftMouth'];
const blazefacePoints: readonly FacePoint[] = ['rightEye', 'leftEye', 'nose', 'mouth'];

/**
 * YuNet over the whole frame.
 *
 * @param size of its input, multiples of 32; left out: 640 × 384
 * @throws MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING
 */
export async function openYunetFinder(path: string, size: { width: number; height: number } = yunet.input) {
  const manifest = { ...yunet, input: { ...yunet.input, width: size.width, height: size.height } };
  const runner = await openModelRunner(manifest, path, manifest.threshold);
  return {
    async find(picture: RgbPicture): Promise<FoundFace[]> {
      const placement = placeFrame(picture.width, picture.height, manifest.input);
      const { boxes } = await runner.run(picture, placement);
      return facesOf(boxes, { manifest, names: yunetPoints, placement, left: 0, top: 0 });
    },
    close: () => runner.close(),
  } satisfies FaceFinder;
}

/** BlazeFace over the upper part of each person. @throws MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING */
export async function openBlazefaceFinder(path: string): Promise<FaceFinder> {
  const runner = await openModelRunner(blazeface, path, blazeface.threshold);
  return {
    async find(picture, persons) {
      const faces: FoundFace[] = [];
      for (const person of persons) {
        const { crop, left, top } = upperPart(picture, person.box);
        const placement = placeFrame(crop.width, crop.height, blazeface.input);
        const { boxes } = await runner.run(crop, placement);
        faces.push(...facesOf(boxes, { manifest: blazeface, names: blazefacePoints, placement, left, top }));
      }
      return withoutDoubles(faces);
    },
    close: () => runner.close(),
  };
}

interface Origin {
  manifest: ModelManifest;
  names: readonly FacePoint[];
  placement: Placement;
  /** Where the picture that was looked at begins in the frame. */
  left: number;
  top: number;
}

function facesOf(boxes: readonly RawBox[], { manifest, names, placement, left, top }: Origin): FoundFace[] {
  const x = (value: number): number => round((value - placement.left) / placement.scaleX + left);
  const y = (value: number): number => round((value - placement.top) / placement.scaleY + top);
  return suppressOverlaps(boxes, manifest.nmsIou).map(({ score, points = [], ...box }) => ({
    box: {
      x: x(box.left),
      y: y(box.top),
      width: round(x(box.right) - x(box.left)),
      height: round(y(box.bottom) - y(box.top)),
    },
    score: Math.round(score * 1e4) / 1e4,
    points: Object.fromEntries(
      names.map((name, index) => [name, [x(points[2 * index] ?? 0), y(points[2 * index + 1] ?? 0)]]),
    ),
  }));
}

/** Crops overlap, and show one face twice. */
function withoutDoubles(faces: readonly FoundFace[]): FoundFace[] {
  const raw = faces.map((face, index) => {
    const { x, y, width, height } = face.box;
    return { face, index, classIndex: 0, score: face.score, left: x, top: y, right: x + width, bottom: y + height };
  });
  return suppressOverlaps(raw, blazeface.nmsIou).flatMap((box) => raw.find((each) => each === box)?.face ?? []);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
