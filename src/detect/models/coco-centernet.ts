import { cocoLabels } from './coco-labels.ts';
import type { ModelManifest } from './manifest.ts';

/** The last resort where nothing can be fetched: it comes with an npm package and is converted once. */
export const cocoCenternet: ModelManifest = {
  name: 'coco-centernet',
  summary: 'COCO objects (80 classes), 512 × 512; carried by an npm package, needs no download',
  licence: 'MIT (the package; the training repository states no licence)',
  source: '@vladmandic/human, converted from https://github.com/610265158/mobilenetv3_centernet',
  file: { fileName: 'coco-centernet.onnx', sha256: [], sizeBytes: 16_100_000 },
  carried: {
    packageName: '@vladmandic/human',
    modelJson: 'models/centernet.json',
    outputs: ['tower_0/detections'],
  },
  input: {
    name: 'tower_0/images',
    width: 512,
    height: 512,
    layout: 'nhwc',
    colours: 'rgb',
    mean: [0, 0, 0],
    scale: [1, 1, 1],
    // The package itself stretches; kept in proportion people score far higher (median 0.78 against 0.45 on wide film).
    fit: 'letterbox',
    fill: 114,
  },
  decoder: 'centernet',
  outputs: ['tower_0/detections'],
  labels: cocoLabels,
  // CenterNet's own demonstration draws from 0.3 up.
  threshold: 0.3,
  nmsIou: 0.4,
};
