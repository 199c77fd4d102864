import type { ModelManifest } from './manifest.ts';

/** Finds faces with five points each; a tenth of a megabyte. */
export const yunet: ModelManifest = {
  name: 'yunet',
  summary: 'faces with eyes, nose and mouth, 640 × 384',
  licence: 'Apache-2.0',
  source: 'YuNet by ShiqiYu, https://github.com/ShiqiYu/libfacedetection.train, commit 0047ac2',
  file: {
    fileName: 'yunet_n_dynamic.onnx',
    url: 'https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/0047ac24afb1a50a0c6105001c89d1b5b805dbf1/onnx/yunet_n_dynamic.onnx',
    sha256: ['104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12'],
    sizeBytes: 322_906,
  },
  input: {
    name: 'input',
    width: 640,
    height: 384,
    layout: 'nchw',
    colours: 'bgr',
    mean: [0, 0, 0],
    scale: [1, 1, 1],
    fit: 'letterbox',
    fill: 0,
  },
  decoder: 'yunet',
  outputs: ['cls', 'obj', 'bbox', 'kps'].flatMap((kind) => [8, 16, 32].map((stride) => `${kind}_${stride}`)),
  labels: ['face'],
  threshold: 0.6,
  nmsIou: 0.3,
};
