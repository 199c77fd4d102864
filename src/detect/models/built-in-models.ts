import { cocoCenternet } from './coco-centernet.ts';
import { fastestDet } from './fastestdet.ts';
import type { ModelManifest } from './manifest.ts';
import { yoloxNano } from './yolox-nano.ts';

/** The models that Vigil knows by name. */
export const builtInModels: readonly ModelManifest[] = [yoloxNano, fastestDet, cocoCenternet];

export const defaultModelName = yoloxNano.name;

/** What the default model is replaced with where it can be neither found nor fetched. */
export const lastResortModel: ModelManifest = cocoCenternet;
