import type { BareManifest } from './manifest.ts';

/** Describes an aligned face by 128 numbers, near each other for the same person. */
export const faceRecognition: BareManifest = {
  name: 'face-recognition',
  summary: 'aligned faces to embeddings of 128 numbers; carried by an npm package, needs no download',
  licence: 'CC0-1.0 (weights: public domain by their author); MIT (package)',
  source: 'dlib_face_recognition_resnet_model_v1 by Davis King, in @vladmandic/face-api with weights of 8 bits',
  file: { fileName: 'face-recognition.onnx', sha256: [], sizeBytes: 5_800_000 },
  carried: {
    packageName: '@vladmandic/face-api',
    modelJson: 'model/face_recognition_model-weights_manifest.json',
    network: 'face-recognition-net',
  },
};
