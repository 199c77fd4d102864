import { fault } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { ModelManifest } from './manifest.ts';

/** @throws CONFIG_INVALID when the model does not know one of the labels that are asked for */
export function checkLabels(labels: readonly string[], manifest: Pick<ModelManifest, 'name' | 'labels'>): void {
  for (const label of labels) {
    if (manifest.labels.includes(label)) continue;
    const meant = nearest(label, manifest.labels);
    throw fault('CONFIG_INVALID', `The model "${manifest.name}" does not know the label "${label}"`, {
      next: meant ? `Did you mean "${meant}"?` : `\`vigil models show ${manifest.name}\` lists its labels.`,
    });
  }
}
