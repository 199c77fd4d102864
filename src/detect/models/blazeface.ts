import type { ModelManifest } from './manifest.ts';

/** Finds faces where YuNet cannot be had. It loses small ones: it is shown the upper part of each person instead of the frame. */
export const blazeface: ModelManifest = {
  name: 'blazeface',
  summary: 'faces with eyes, nose and mouth, 256 × 256; carried by an npm package, needs no download',
  licence: 'Apache-2.0',
  source: 'BlazeFace by Google (MediaPipe), in @vladmandic/human',
  file: { fileName: 'blazeface.onnx', sha256: [], sizeBytes: 538_000 },
  carried: {
    packageName: '@vladmandic/human',
    modelJson: 'models/blazeface.json',
    outputs: ['Identity', 'Identity_1', 'Identity_2', 'Identity_3'],
  },
  input: {
    name: 'input',
    width: 256,
    height: 256,
    layout: 'nhwc',
    colours: 'rgb',
    mean: [127.5, 127.5, 127.5],
    scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
    fit: 'letterbox',
    fill: 0,
  },
  decoder: 'blazeface',
  outputs: ['Identity', 'Identity_1', 'Identity_2', 'Identity_3'],
  labels: ['face'],
  threshold: 0.5,
  nmsIou: 0.3,
};
