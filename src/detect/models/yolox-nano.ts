import { cocoLabels } from './coco-labels.ts';
import type { ModelManifest } from './manifest.ts';

/** The default: small, quick, Apache-2.0. */
export const yoloxNano: ModelManifest = {
  name: 'yolox-nano',
  summary: 'COCO objects (80 classes), 416 × 416, COCO AP 25.8',
  licence: 'Apache-2.0',
  source: 'YOLOX by Megvii, https://github.com/Megvii-BaseDetection/YOLOX, release 0.1.1rc0',
  file: {
    fileName: 'yolox_nano.onnx',
    url: 'https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_nano.onnx',
    sha256: [
      'c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d',
      // Another export of the same weights, with the same input and output.
      'e8af074932d4ed7e232278e3055cefcdea3edf178874a3694ae292649fb464dd',
    ],
    sizeBytes: 3_659_407,
  },
  input: {
    name: 'images',
    width: 416,
    height: 416,
    layout: 'nchw',
    colours: 'bgr',
    mean: [0, 0, 0],
    scale: [1, 1, 1],
    fit: 'letterbox',
    fill: 114,
  },
  decoder: 'yolox',
  outputs: ['output'],
  labels: cocoLabels,
  // The score threshold and overlap of the authors' own demonstration.
  threshold: 0.3,
  nmsIou: 0.45,
};
