import { fault } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { cocoCenternet } from './coco-centernet.ts';
import { fastestDet } from './fastestdet.ts';
import type { ModelManifest } from './manifest.ts';
import { yoloxNano } from './yolox-nano.ts';

/** The models that Vigil knows by name. */
export const builtInModels: readonly ModelManifest[] = [yoloxNano, fastestDet, cocoCenternet];

export const defaultModelName = yoloxNano.name;

/** What the default model is replaced with where it can be neither found nor fetched. */
export const lastResortModel: ModelManifest = cocoCenternet;

/** @throws MODEL_NOT_FOUND with the nearest name */
export function builtInModel(name: string): ModelManifest {
  const manifest = builtInModels.find((model) => model.name === name);
  if (manifest) return manifest;
  const names = builtInModels.map((model) => model.name);
  const meant = nearest(name, names);
  throw fault('MODEL_NOT_FOUND', `No model is called "${name}"; known are ${names.join(', ')}`, {
    next: meant && `Did you mean "${meant}"?`,
  });
}
