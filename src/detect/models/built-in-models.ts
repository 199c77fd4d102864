import { fault } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { blazeface } from './blazeface.ts';
import { cocoCenternet } from './coco-centernet.ts';
import { faceRecognition } from './face-recognition.ts';
import { fastestDet } from './fastestdet.ts';
import type { BareManifest, ModelManifest } from './manifest.ts';
import { movenetLightning } from './movenet-lightning.ts';
import { yoloxNano } from './yolox-nano.ts';
import { yunet } from './yunet.ts';

/** The models that a detector may name. */
export const builtInModels: readonly ModelManifest[] = [yoloxNano, fastestDet, cocoCenternet, yunet, blazeface];

/** The models that Vigil knows by name, those included that only steps use. */
export const knownModels: readonly BareManifest[] = [...builtInModels, faceRecognition, movenetLightning];

export const defaultModelName = yoloxNano.name;

/** What the default model is replaced with where it can be neither found nor fetched. */
export const lastResortModel: ModelManifest = cocoCenternet;

/** @throws MODEL_NOT_FOUND with the nearest name */
export function builtInModel(name: string): ModelManifest {
  const manifest = builtInModels.find((model) => model.name === name);
  if (manifest) return manifest;
  if (/^delay(:|$)/.test(name)) {
    throw fault('MODEL_NOT_FOUND', `The model "${name}" has no file: there is nothing to fetch or to show`, {
      next: 'Give it to a detector as it is: vigil detect --model delay:500ms',
    });
  }
  const names = [...builtInModels.map((model) => model.name), 'delay'];
  const meant = nearest(name, names);
  throw fault('MODEL_NOT_FOUND', `No model is called "${name}"; known are ${names.join(', ')}`, {
    next: meant && `Did you mean "${meant}"?`,
  });
}
