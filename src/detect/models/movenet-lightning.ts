import type { BareManifest } from './manifest.ts';

/** Pixels of the crop, which is a square. */
export const movenetSide = 192;
/**
 * What MoveNet takes: float32[1 × 192 × 192 × 3], red, green, blue, each level × `levelScale` − 1. The graph begins earlier, with whole
 * numbers, and comes to these values in seven operators over three channels that cost an eighth of the model.
 */
export const movenetInput = 'StatefulPartitionedCall/sub_1';
/** One 127.5th, as the graph holds it in float16. */
export const levelScale = 0.007843017578125;

/** The joints of one person in a crop: the step `pose`. */
export const movenetLightning: BareManifest = {
  name: 'movenet-lightning',
  summary: '17 joints of each person, 192 × 192; carried by an npm package, needs no download',
  licence: 'Apache-2.0',
  source: 'MoveNet Lightning by Google, in @vladmandic/human',
  file: { fileName: 'movenet-lightning.onnx', sha256: [], sizeBytes: 9_400_000 },
  carried: {
    packageName: '@vladmandic/human',
    modelJson: 'models/movenet-lightning.json',
    inputs: { [movenetInput]: [1, movenetSide, movenetSide, 3] },
    outputs: ['Identity'],
  },
};
