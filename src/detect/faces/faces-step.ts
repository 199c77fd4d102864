import { isFault } from '../../base/errors.ts';
import { isFairFace } from '../../stage/people/face-gate.ts';
import { encodeEmbedding, type FaceAttribute, type FaceQuality } from '../../topics/face-attribute.ts';
import type { Detection } from '../../topics/result-record.ts';
import { blazeface } from '../models/blazeface.ts';
import { faceRecognition } from '../models/face-recognition.ts';
import { type FindModelOptions, locateModel } from '../models/find-model.ts';
import { yunet } from '../models/yunet.ts';
import type { RgbPicture, Step, StepKind, StepModels } from '../steps/step.ts';
import { alignFace, chipSharpness, cutChip } from './face-chip.ts';
import { type FaceEmbedder, openFaceEmbedder } from './face-embedder.ts';
import { type FaceFinder, type FoundFace, openBlazefaceFinder, openYunetFinder } from './face-finder.ts';
import { ownFaces } from './own-faces.ts';

const ownerLabel = 'person';

/** Finds the faces of persons and describes those that can be told apart. */
export const facesStep: StepKind = {
  async findModels(options) {
    return { ...(await findFinder(options)), embedder: await locateModel(faceRecognition, options) };
  },

  async open(models) {
    const finder = await openFinder(models);
    const embedder = await openFaceEmbedder(models.embedder ?? '');
    return new FacesStep(finder, embedder);
  },
};

async function findFinder(options: FindModelOptions): Promise<StepModels> {
  try {
    return { yunet: await locateModel(yunet, options) };
  } catch (error) {
    if (!isFault(error, 'MODEL_UNAVAILABLE')) throw error;
    options.logger.warn(
      `${error.message}; ${blazeface.name} finds faces instead (slower, and it misses more). ` +
        `\`vigil models pull ${yunet.name}\` fetches the better one once there is a network`,
    );
    return { blazeface: await locateModel(blazeface, options) };
  }
}

/** @throws MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING */
export function openFinder(models: StepModels): Promise<FaceFinder> {
  return models.yunet === undefined ? openBlazefaceFinder(models.blazeface ?? '') : openYunetFinder(models.yunet);
}

class FacesStep implements Step {
  readonly #finder: FaceFinder;
  readonly #embedder: FaceEmbedder;

  constructor(finder: FaceFinder, embedder: FaceEmbedder) {
    this.#finder = finder;
    this.#embedder = embedder;
  }

  async look(picture: RgbPicture, detections: readonly Detection[]): Promise<Detection[]> {
    const persons = detections.filter(({ label }) => label === ownerLabel);
    if (persons.length === 0) return [...detections];
    const faces = ownFaces(persons, await this.#finder.find(picture, persons));
    const described = new Map<Detection, FaceAttribute>();
    for (const [index, person] of persons.entries()) {
      const face = faces[index];
      if (face) described.set(person, (await describeFace(picture, face, this.#embedder)).face);
    }
    return detections.map((detection) => {
      const face = described.get(detection);
      return face ? { ...detection, attributes: { ...detection.attributes, face } } : detection;
    });
  }

  async close(): Promise<void> {
    await this.#finder.close();
    await this.#embedder.close();
  }
}

/** Aligns and judges a face, and describes it where that is of use. @throws INFERENCE_FAILED */
export async function describeFace(picture: RgbPicture, found: FoundFace, embedder: FaceEmbedder) {
  const alignment = alignFace(found.points);
  const chip = cutChip(picture, alignment);
  const quality: FaceQuality = {
    eyesPx: round(alignment.eyesPx, 10),
    sharpness: round(chipSharpness(chip), 1e5),
    turn: round(alignment.turn, 1e3),
  };
  const face: FaceAttribute = { ...found, quality };
  if (isFairFace(quality)) face.embedding = encodeEmbedding(await embedder.embed(chip));
  return { face, chip };
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
