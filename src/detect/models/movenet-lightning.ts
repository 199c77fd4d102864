import type { BareManifest } from './manifest.ts';

/** The joints of one person in a crop: the step `pose`. */
export const movenetLightning: BareManifest = {
  name: 'movenet-lightning',
  summary: '17 joints of each person, 192 × 192; carried by an npm package, needs no download',
  licence: 'Apache-2.0',
  source: 'MoveNet Lightning by Google, in @vladmandic/human',
  file: { fileName: 'movenet-lightning.onnx', sha256: [], sizeBytes: 9_400_000 },
  carried: { packageName: '@vladmandic/human', modelJson: 'models/movenet-lightning.json', outputs: ['Identity'] },
};
