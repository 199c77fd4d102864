import { fault } from '../../base/errors.ts';
import { embeddingLength } from '../../topics/face-attribute.ts';
import { faceNetNames } from '../convert/face-recognition-net.ts';
import { importOnnxRuntime } from '../inference/onnx-runtime.ts';
import { openPlainSession } from '../inference/open-session.ts';
import { faceRecognition } from '../models/face-recognition.ts';
import { chipSize, type FaceChip } from './face-chip.ts';

/** Turns aligned faces into embeddings, of which the distance tells whether two are of one person. */
export interface FaceEmbedder {
  /** @returns float32[128] of its own. @throws INFERENCE_FAILED */
  embed(chip: FaceChip): Promise<Float32Array>;
  close(): Promise<void>;
}

/** @throws MODEL_INVALID, OPTIONAL_PART_MISSING */
export async function openFaceEmbedder(path: string): Promise<FaceEmbedder> {
  const { Tensor } = await importOnnxRuntime();
  const session = await openPlainSession(path, faceRecognition.name);
  return {
    async embed(chip) {
      const input = new Tensor('uint8', chip, [1, chipSize, chipSize, 3]);
      const embedding = new Float32Array(embeddingLength);
      const output = new Tensor('float32', embedding, [1, embeddingLength]);
      try {
        await session.run({ [faceNetNames.input]: input }, { [faceNetNames.output]: output });
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw fault('INFERENCE_FAILED', `the model "${faceRecognition.name}" failed: ${reason}`, { cause });
      }
      return embedding;
    },
    close: () => session.release(),
  };
}
